import CloudModel

/// Where things stand, looked up often: whatever a folder holds, nothing is searched once for each of another kind.
struct Places {
    private var owned: [Noun: [String: [Record]]] = [:]
    private var zones: [String: String] = [:]
    private var associations: [Noun: [String: String]] = [:]
    private var firstNames: [Noun: [String: String]] = [:]
    /// Rules that describe themselves, as their group would describe them.
    private var ingress: [String: [Record]] = [:]
    private var egress: [String: [Record]] = [:]
    private var groupIDs: [String: String] = [:]
    private var listeners: [String: [Record]] = [:]
    private var prefixListsByGateway: [String: [String]] = [:]

    init(_ inventory: Inventory) {
        for noun in Self.ownedNouns {
            owned[noun] = Dictionary(grouping: inventory[noun]) { $0.text("VpcId") ?? "" }
        }
        for subnet in inventory[.subnets] {
            if let name = subnet.text("SubnetId").flatMap(AWSName.of) { zones[name] = CloudBuilder.zone(subnet) }
        }
        for rule in inventory[.securityGroupRules] {
            guard let group = rule.need("GroupId", "a security group rule"), rule.has("IsEgress") else {
                if rule.has("GroupId") { rule.error("a security group rule has no `IsEgress`") }
                continue
            }
            if rule.flag("IsEgress") == true {
                egress[group, default: []].append(rule.asPermission)
            } else {
                ingress[group, default: []].append(rule.asPermission)
            }
        }
        for id in Array(ingress.keys) + Array(egress.keys)
            + inventory[.securityGroups].compactMap({ $0.text("GroupId") })
        {
            if let name = AWSName.of(id) { groupIDs[name] = id }
        }
        listeners = Dictionary(grouping: inventory[.listeners]) { $0.text("LoadBalancerArn") ?? "" }
        for route in inventory[.routeTables].flatMap({ $0.records("Routes") }) {
            guard let gateway = route.text("GatewayId"), let list = route.text("DestinationPrefixListId") else {
                continue
            }
            prefixListsByGateway[gateway, default: []].append(list)
        }
        associations[.routeTables] = Self.associations(inventory[.routeTables], id: "RouteTableId")
        associations[.networkACLs] = Self.associations(inventory[.networkACLs], id: "NetworkAclId")
        firstNames[.loadBalancers] = Self.firstNames(inventory[.loadBalancers], "LoadBalancerName", "LoadBalancerArn")
        firstNames[.targetGroups] = Self.firstNames(inventory[.targetGroups], "TargetGroupName", "TargetGroupArn")
    }

    /// The kinds that lie in a VPC and say so.
    static let ownedNouns: [Noun] = [
        .subnets, .routeTables, .natGateways, .networkInterfaces, .securityGroups, .networkACLs, .endpoints,
        .loadBalancers, .targetGroups,
    ]

    /// What of a kind lies in a VPC, in the order of the files.
    func all(_ noun: Noun, in vpc: String) -> [Record] { owned[noun]?[vpc] ?? [] }

    /// The zone of a subnet by its name in the lab.
    func zone(ofSubnet name: String) -> String? { zones[name] }

    /// The route table or network ACL that a subnet is explicitly associated with.
    func association(_ noun: Noun, with subnet: String, in vpc: String) -> String? {
        associations[noun]?["\(vpc) \(subnet)"]
    }

    /// The ARN of the first that bears a name of the lab.
    func first(_ noun: Noun, named name: String) -> String? { firstNames[noun]?[name] }

    /// The prefix lists that routes to a gateway have, by their ids.
    func prefixLists(ofGateway id: String) -> [String] { prefixListsByGateway[id] ?? [] }

    func listeners(of balancer: String) -> [Record] { listeners[balancer] ?? [] }

    func rules(of group: String, egress isEgress: Bool) -> [Record] { (isEgress ? egress : ingress)[group] ?? [] }

    func hasRules(_ group: String) -> Bool { ingress[group] != nil || egress[group] != nil }

    /// The id of a described group by its name in the lab.
    func groupID(_ name: String) -> String? { groupIDs[name] }

    private static func associations(_ tables: [Record], id: String) -> [String: String] {
        var found: [String: String] = [:]
        for record in tables {
            guard let vpc = record.text("VpcId"), let name = record.text(id).flatMap(AWSName.of) else { continue }
            for association in record.records("Associations") {
                guard let subnet = association.text("SubnetId") else { continue }
                let state = association.record("AssociationState")?.text("State") ?? "associated"
                guard state == "associated" || state == "associating" else {
                    if state != "disassociated" {
                        association.lost(
                            "the association of `\(name)` with `\(ObjectName.shown(subnet))` is \(ObjectName.shown(state))",
                            "the subnet is taken as not associated with it")
                    }
                    continue
                }
                let key = "\(vpc) \(subnet)"
                guard let other = found[key] else {
                    found[key] = name
                    continue
                }
                guard other != name else { continue }
                association.lost(
                    "the subnet `\(ObjectName.shown(subnet))` is associated with `\(other)` and with `\(name)`",
                    "AWS has one at a time, and these are of different times: the lab takes `\(other)`")
            }
        }
        return found
    }

    private static func firstNames(_ records: [Record], _ nameKey: String, _ arnKey: String) -> [String: String] {
        var first: [String: String] = [:]
        for record in records {
            guard let name = AWSName.made(from: record.text(nameKey) ?? "", limit: 32), first[name] == nil else {
                continue
            }
            first[name] = record.text(arnKey) ?? ""
        }
        return first
    }
}
