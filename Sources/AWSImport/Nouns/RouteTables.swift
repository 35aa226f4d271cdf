import CloudModel
import IPAddressing

/// What a route can lead to, by the keys and ids of its description.
struct RouteTargets {
    let vpc: VPC
    let lab: Lab
    let interfaces: InterfaceCatalog
    /// The blocks of the VPC's subnets.
    let subnets: Set<CIDRBlock>

    /// Of targets that the lab has no noun for.
    static let keys = [
        "EgressOnlyInternetGatewayId", "LocalGatewayId", "CarrierGatewayId", "CoreNetworkArn", "OdbNetworkArn",
    ]

    enum Found {
        case target(RouteTarget)
        /// The lab has nothing of the kind; why.
        case lost(String)
    }

    /// `nil` for a route that names no target at all.
    func find(_ route: Record) -> Found? {
        if let id = route.text("GatewayId") { return gateway(id) }
        if let id = route.text("NatGatewayId") {
            return known(id, vpc.natGateway, "NAT gateway").map(RouteTarget.natGateway)
        }
        if let id = route.text("VpcPeeringConnectionId") {
            return known(id, { name in lab.peerings.first { $0.name == name } }, "peering connection")
                .map(RouteTarget.peering)
        }
        if let id = route.text("TransitGatewayId") {
            let attached: (String) -> TransitGateway? = { name in
                lab.transitGateways.first { $0.name == name && $0.attachment(ofVPC: vpc.name) != nil }
            }
            return known(id, attached, "transit gateway").map(RouteTarget.transitGateway)
        }
        if let id = route.text("NetworkInterfaceId") { return interface(id) }
        if let id = route.text("InstanceId") { return known(id, vpc.instance, "instance").map(RouteTarget.instance) }
        for key in Self.keys { if let id = route.text(key) { return .lost("`\(ObjectName.shown(id))` (\(key))") } }
        return nil
    }

    private func gateway(_ id: String) -> Found {
        if id == "local" { return .target(.local) }
        guard let name = AWSName.of(id) else { return .lost("`\(ObjectName.shown(id))`") }
        if vpc.internetGateway?.name == name { return .target(.internetGateway(name)) }
        if vpc.virtualPrivateGateway?.name == name { return .target(.virtualPrivateGateway(name)) }
        if let endpoint = vpc.endpoint(name) {
            if case .gateway = endpoint.kind { return .target(.gatewayEndpoint(name)) }
            return .lost("`\(name)`, which is no gateway endpoint")
        }
        return .lost("`\(name)`, which the folder does not describe as attached to this VPC")
    }

    private func known<T>(_ id: String, _ find: (String) -> T?, _ kind: String) -> Known {
        guard let name = AWSName.of(id), find(name) != nil else {
            let shown = ObjectName.shown(id)
            return Known(
                name: nil, reason: "the \(kind) `\(shown)`, which is not in the lab or not attached to this VPC")
        }
        return Known(name: name, reason: "")
    }

    private struct Known {
        let name: String?
        let reason: String
        func map(_ make: (String) -> RouteTarget) -> Found { name.map { .target(make($0)) } ?? .lost(reason) }
    }

    /// Whether the lab can lead a part of the VPC elsewhere: a whole subnet, through a middlebox; or nowhere, which is
    /// what is left of such a route when the middlebox has gone.
    func canSplit(_ destination: CIDRBlock, to target: RouteTarget) -> Bool {
        switch target {
        case .instance, .natGateway: subnets.contains(destination)
        case .blackhole: true
        default: false
        }
    }

    /// A route to an interface leads to whoever owns it.
    private func interface(_ id: String) -> Found {
        guard let found = interfaces[id] else { return .lost("the interface `\(ObjectName.shown(id))`") }
        if let instance = vpc.instances.first(where: { $0.interface.name == found.name }) {
            return .target(.instance(instance.name))
        }
        if let instance = vpc.instances.first(where: { $0.secondaryInterfaces.contains { $0.name == found.name } }) {
            return .lost("`\(found.name)`, a second interface of `\(instance.name)`")
        }
        return .lost("the interface `\(found.name)`, which is not in the lab")
    }
}

extension CloudBuilder {
    /// The tables of a VPC; the gateway tables are noted at their gateways.
    func routeTables(of id: String, targets: RouteTargets, into vpc: inout VPC) -> [RouteTable] {
        var tables: [RouteTable] = []
        for record in places.all(.routeTables, in: id) {
            guard let name = record.text("RouteTableId").flatMap(AWSName.of) else {
                record.error("the route table's id is no id of AWS")
                continue
            }
            var table = RouteTable(name: name, origin: record.origin)
            for association in record.records("Associations") {
                if association.flag("Main") == true { table.isMain = true }
                guard let gateway = association.text("GatewayId") else { continue }
                if vpc.internetGateway?.name == AWSName.of(gateway) {
                    vpc.internetGateway?.routeTable = name
                } else {
                    association.lost(
                        "the route table `\(name)` guards the gateway `\(ObjectName.shown(gateway))`",
                        "what comes in through that gateway goes straight to its interface instead")
                }
            }
            table.routes = record.records("Routes").flatMap { routes($0, of: name, targets: targets) }
            tables.append(table)
        }
        if !tables.contains(where: \.isMain) {
            if inventory.describes(.routeTables) {
                ledger.add(
                    .warning, vpc.origin, "no route table of `\(vpc.name)` is its main one",
                    hint: "subnets without a table of their own only have the local route")
            }
            tables.append(RouteTable(name: RouteTable.impliedMain, isMain: true, origin: vpc.origin))
        }
        return tables
    }

    /// One line of a description: none for a local route, several for a prefix list.
    private func routes(_ record: Record, of table: String, targets: RouteTargets) -> [Route] {
        if let block = record.text("DestinationIpv6CidrBlock") {
            if record.text("GatewayId") != "local" {
                record.lost(
                    "the route of `\(table)` to \(ObjectName.shown(block)) is IPv6",
                    "the lab is IPv4 only: it is missing")
            }
            return []
        }
        let list = record.text("DestinationPrefixListId")
        guard let all = destinations(record, list, of: table) else { return [] }
        let destinations = all.filter { isWritable($0, list, record, of: table, targets.vpc) }
        guard !destinations.isEmpty, let target = target(record, of: table, destinations, targets) else { return [] }
        return destinations.compactMap { destination in
            // The local routes of the VPC are in every table by themselves, and nothing lies between one and a
            // subnet's: a route for a part of the VPC says nothing new.
            if target == .local { return nil }
            if targets.vpc.cidrBlocks.contains(where: { $0.contains(destination) }),
                !targets.canSplit(destination, to: target)
            {
                record.lost(
                    "the route of `\(table)` to \(destination) is more specific than the local one",
                    "the lab has no such route: packets to \(destination) go straight to their interface")
                return nil
            }
            return Route(
                destination: destination, target: target, prefixList: list.flatMap(AWSName.of),
                isPropagated: record.text("Origin") == "EnableVgwRoutePropagation", origin: record.origin)
        }
    }

    /// Whether a lab can have a route there at all, whatever it leads to.
    private func isWritable(
        _ destination: CIDRBlock, _ list: String?, _ record: Record, of table: String, _ vpc: VPC
    ) -> Bool {
        if destination.specialUse != nil {
            record.lost(
                "the route of `\(table)` to \(destination) leads to \(Self.shownTarget(record))",
                "it is missing: the lab forwards no packet to these addresses")
            return false
        }
        guard vpc.cidrBlocks.contains(destination) else { return true }
        if let list {
            record.lost(
                "the prefix list `\(ObjectName.shown(list))` of a route of `\(table)` holds \(destination), the VPC's own block",
                "the local route wins, in AWS as in the lab: packets within \(destination) stay in the VPC")
        } else if record.text("GatewayId") != "local" {
            record.lost(
                "the local route of `\(table)` leads to \(Self.shownTarget(record))",
                "the lab cannot replace local routes: packets within \(destination) go straight to their interface")
        }
        return false
    }

    /// The target as described, whether the lab has it or not.
    private static func shownTarget(_ record: Record) -> String {
        if record.text("State") == "blackhole" { return "nowhere, a blackhole" }
        let keys = RouteTargets.keys + ["GatewayId", "NatGatewayId", "VpcPeeringConnectionId", "TransitGatewayId"]
        let id = (keys + ["NetworkInterfaceId", "InstanceId"]).lazy.compactMap { record.text($0) }.first
        return id.map { "`\(ObjectName.shown($0))`" } ?? "no target"
    }

    private func destinations(_ record: Record, _ list: String?, of table: String) -> [CIDRBlock]? {
        if let list {
            if let blocks = prefixLists[list]?.blocks { return blocks }
            record.lost(
                "the route of `\(table)` to the prefix list `\(ObjectName.shown(list))` has no known blocks",
                "it is missing; add what `aws ec2 describe-prefix-lists` prints")
            return nil
        }
        guard record.need("DestinationCidrBlock", "a route of `\(table)`") != nil else { return nil }
        return record.block("DestinationCidrBlock").map { [$0] }
    }

    private func target(
        _ record: Record, of table: String, _ destinations: [CIDRBlock], _ targets: RouteTargets
    ) -> RouteTarget? {
        if record.text("State") == "blackhole" { return .blackhole }
        switch targets.find(record) {
        case .target(let target): return target
        case .lost(let what):
            let shown = destinations.first.map { "\($0)" } ?? ""
            record.lost(
                "the route of `\(table)` to \(shown) leads to \(what)",
                isGone(record)
                    ? "packets to \(shown) are dropped, in AWS as in the lab"
                    : "packets to \(shown) are dropped here as by a blackhole; in AWS they go on")
            return .blackhole
        case nil:
            record.lost("a route of `\(table)` has no target", "its packets are dropped")
            return .blackhole
        }
    }
    /// Whether the folder says that the target carries nothing: a rejected peering, a NAT gateway that is deleted, a
    /// gateway attached elsewhere.
    private func isGone(_ record: Record) -> Bool {
        if let id = record.text("VpcPeeringConnectionId"), let peering = inventory.find(.peerings, id) {
            return (peering.record("Status")?.text("Code") ?? "active") != "active"
        }
        if let id = record.text("NatGatewayId"), let gateway = inventory.find(.natGateways, id) {
            return !isAlive(gateway)
        }
        guard let id = record.text("GatewayId") else { return false }
        return inventory.find(.internetGateways, id) != nil || inventory.find(.vpnGateways, id) != nil
    }
}
