import CloudModel
import IPAddressing

/// Turns an inventory into the lab. Each noun has a file of its own; what they share is here.
struct CloudBuilder {
    let inventory: Inventory
    let ledger: Ledger
    /// Prefix lists by id, with their blocks.
    let prefixLists: [String: PrefixList]
    let interfaces: InterfaceCatalog
    let places: Places

    init(inventory: Inventory) {
        self.inventory = inventory
        ledger = inventory.ledger
        prefixLists = Self.prefixLists(inventory)
        interfaces = InterfaceCatalog(inventory)
        places = Places(inventory)
    }

    func lab(named name: String) -> Lab {
        var lab = Lab(name: name)
        let records = inventory[.vpcs].filter { isThere($0, "VPC", "VpcId") }
        if records.isEmpty {
            ledger.add(
                .error, .none, "no file of the folder describes a VPC",
                hint: "it should hold what `aws ec2 describe-vpcs`, describe-subnets, describe-route-tables, "
                    + "describe-network-interfaces, describe-instances, describe-security-groups and "
                    + "describe-network-acls print, one file each")
        }
        complainOfGaps()
        complainOfLoadBalancingGaps()
        lab.title = title(of: records)
        // One without IPv4 blocks stands for nothing, wherever it is named: a lab file has no such thing.
        lab.prefixLists = inventory[.prefixLists].compactMap { $0.text("PrefixListId").flatMap { prefixLists[$0] } }
            .filter { !$0.blocks.isEmpty }
        lab.peerings = peerings(among: Set(records.compactMap { $0.text("VpcId") }))
        lab.transitGateways = transitGateways(vpcs: records)
        lab.vpcs = records.compactMap { vpc($0, in: lab) }
        dropUnknownGroups(of: &lab)
        lab.internet = internet(of: lab.vpcs)
        complainOfStrangers()
        complainOfStrangeKeys()
        return lab
    }

    /// Whether it exists, as far as its state says so; a deleted one is no loss.
    func isAlive(_ record: Record, state key: String = "State", _ wanted: Set<String> = ["available"]) -> Bool {
        guard let state = record.text(key) else { return true }
        return wanted.contains(state.lowercased())
    }

    /// The same, and one that is neither there nor deleted is named.
    func isThere(_ record: Record, _ kind: String, _ idKey: String) -> Bool {
        if isAlive(record) { return true }
        let state = record.text("State")?.lowercased() ?? ""
        if state != "deleted" {
            record.lost(
                "the \(kind) `\(ObjectName.shown(record.text(idKey) ?? ""))` is \(ObjectName.shown(state))",
                "it is not in the lab")
        }
        return false
    }

    private func title(of vpcs: [Record]) -> String {
        let names = vpcs.map { $0.title.isEmpty ? $0.text("VpcId") ?? "" : $0.title }
        guard !names.isEmpty else { return "" }
        let shown = names.prefix(3).map { ObjectName.shown($0) }.joined(separator: ", ")
        return "As AWS described it: \(shown)" + (names.count > 3 ? " and \(names.count - 3) more" : "")
    }

    /// Whole kinds that are not there: the lab goes on without them, and differs.
    private func complainOfGaps() {
        let needed: [(Noun, String, String)] = [
            (.subnets, "describe-subnets", "no VPC has a subnet, so nothing stands in any"),
            (.routeTables, "describe-route-tables", "every subnet only has the local route"),
            (
                .internetGateways, "describe-internet-gateways",
                "only one that a working route leads to is known; without it no public address of a VPC works"
            ),
            (.networkACLs, "describe-network-acls", "every subnet's network ACL lets everything through"),
            (.securityGroups, "describe-security-groups", "every interface's groups let nothing through"),
            (
                .networkInterfaces, "describe-network-interfaces",
                "only the interfaces that instances name are known; NAT gateways and load balancers may be missing"
            ),
        ]
        for (noun, command, consequence) in needed where !inventory.describes(noun) && inventory.describes(.vpcs) {
            ledger.add(
                .warning, .none, "the folder holds no `\(noun.rawValue)`: \(consequence)",
                hint: "add what `aws ec2 \(command)` prints")
        }
    }

    /// What of load balancing has a command of its own that nobody thought of.
    private func complainOfLoadBalancingGaps() {
        let speaksHTTP = inventory[.listeners].contains { $0.text("Protocol")?.hasPrefix("HTTP") == true }
        if speaksHTTP, !inventory.describes(.listenerRules) {
            ledger.add(
                .warning, .none,
                "the folder holds no `LoadBalancerRules`: only the default actions of listeners are known",
                hint: "add what `aws elbv2 describe-rules` prints, to be told which requests go elsewhere in AWS")
        }
    }

    private func vpc(_ record: Record, in lab: Lab) -> VPC? {
        guard let id = record.text("VpcId"), let name = AWSName.of(id) else {
            record.error("the VPC's id is no id of AWS")
            return nil
        }
        let blocks = blocks(of: record)
        guard !blocks.isEmpty else {
            record.error("`\(name)` has no IPv4 block", hint: "AWS gives every VPC one: take the description again")
            return nil
        }
        complainOfSettings(of: record, name)
        let subnets = subnetRecords(of: id)
        var vpc = VPC(name: name, cidrBlocks: blocks, origin: record.origin)
        let zones = Set(subnets.map(zone)).sorted()
        vpc.zones = zones.isEmpty ? ["a"] : zones
        vpc.account = ObjectName.shown(record.text("OwnerId") ?? record.file.account ?? "")
        vpc.region = record.file.region ?? zones.first.map(Self.region(ofZone:)) ?? ""
        attachGateways(to: &vpc, id: id)
        vpc.endpoints = endpoints(of: id) + undescribedEndpoints(of: id)
        vpc.natGateways = natGateways(of: id)
        vpc.instances = instances(of: id)
        let targets = RouteTargets(
            vpc: vpc, lab: lab, interfaces: interfaces, subnets: Set(subnets.compactMap { $0.block("CidrBlock") }))
        vpc.routeTables = routeTables(of: id, targets: targets, into: &vpc)
        vpc.networkACLs = networkACLs(of: id)
        vpc.subnets = subnets.compactMap { subnet($0, in: vpc, id: id) }
        complainOfMissingList(of: vpc)
        vpc.securityGroups = securityGroups(of: id, peered: Set(lab.peerings.compactMap { $0.peer(of: name) }))
        vpc.targetGroups = targetGroups(of: id, in: vpc)
        vpc.loadBalancers = loadBalancers(of: id, in: vpc)
        addMissingGroups(to: &vpc)
        dropPublicAddresses(of: &vpc)
        gatherPrefixes(into: &vpc)
        return vpc
    }

    /// The associated IPv4 blocks, the primary one first.
    func blocks(of record: Record) -> [CIDRBlock] {
        var blocks = record.block("CidrBlock").map { [$0] } ?? []
        for set in record.records("CidrBlockAssociationSet") {
            let state = set.record("CidrBlockState")?.text("State") ?? "associated"
            guard state == "associated" || state == "associating" else {
                if state != "disassociated" {
                    set.lost(
                        "the block \(ObjectName.shown(set.text("CidrBlock") ?? "")) of the VPC is "
                            + ObjectName.shown(state), "it is not in the lab")
                }
                continue
            }
            guard let block = set.block("CidrBlock") else { continue }
            if !blocks.contains(block) { blocks.append(block) }
        }
        if !record.records("Ipv6CidrBlockAssociationSet").isEmpty {
            record.lost("the VPC has IPv6 blocks", "the lab is IPv4 only: IPv6 packets are not reproduced")
        }
        return blocks
    }

    /// `us-east-1a` lies in `us-east-1`; a local zone's name begins with it, too.
    static func region(ofZone zone: String) -> String {
        let parts = zone.split(separator: "-")
        for count in 3...4 where parts.count >= count {
            var last = String(parts[count - 1])
            while let letter = last.last, letter.isLetter, last.count > 1 { last.removeLast() }
            let name = (parts[..<(count - 1)].map(String.init) + [last]).joined(separator: "-")
            if DescriptionFile.isRegion(name) { return name }
        }
        return ""
    }
}
