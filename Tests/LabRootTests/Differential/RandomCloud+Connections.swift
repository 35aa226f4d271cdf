import CloudModel
import IPAddressing

extension RandomCloud {
    /// Each pair of neighbours by a peering, or all by transit gateways.
    mutating func connect(_ lab: inout Lab) {
        switch pick(1...4) {
        case 1, 2: for second in lab.vpcs.indices.dropFirst() { peer(second - 1, second, &lab) }
        case 3: attachAll(&lab)
        default: attachToTwo(&lab)
        }
    }

    private mutating func peer(_ first: Int, _ second: Int, _ lab: inout Lab) {
        let name = "pcx\(first)"
        lab.peerings.append(VPCPeering(name: name, requester: lab.vpcs[first].name, accepter: lab.vpcs[second].name))
        for (own, other) in [(first, second), (second, first)] {
            for table in lab.vpcs[own].routeTables.indices where !chance(4) {
                add(Route(destination: lab.vpcs[other].cidrBlocks[0], target: .peering(name)), table, own, &lab)
            }
            // Groups of the other side, as members of its own.
            for group in lab.vpcs[own].securityGroups.indices where chance(3) {
                let peer = SecurityGroupRule.Peer.securityGroup(choose(lab.vpcs[other].securityGroups).name)
                lab.vpcs[own].securityGroups[group].ingress.append(SecurityGroupRule(traffic: traffic(), peer: peer))
                if chance(3) {
                    lab.vpcs[own].securityGroups[group].egress = [SecurityGroupRule(traffic: traffic(), peer: peer)]
                }
            }
        }
    }

    /// Instead of another route to the same block. The table of an Internet gateway leads nowhere outside.
    private func add(_ route: Route, _ table: Int, _ vpc: Int, _ lab: inout Lab) {
        guard !lab.vpcs[vpc].routeTables[table].name.hasPrefix("edge") else { return }
        lab.vpcs[vpc].routeTables[table].routes.removeAll { $0.destination == route.destination }
        lab.vpcs[vpc].routeTables[table].routes.append(route)
    }

    // MARK: Transit gateways

    /// To one gateway, with one table or two.
    private mutating func attachAll(_ lab: inout Lab) {
        var gateway = TransitGateway(name: "tgw")
        let tables = chance(2) ? ["rt"] : ["rt", "other"]
        for number in lab.vpcs.indices { attach(number, to: &gateway, tables, &lab) }
        let names = gateway.attachments.map(\.name)
        gateway.routeTables = tables.map { name in
            var table = TransitGatewayRouteTable(name: name, propagations: names.filter { _ in !chance(5) })
            if chance(3) { table.routes.append(TransitGatewayRoute(destination: .everywhere, attachment: names[0])) }
            if chance(6) {
                table.routes.append(TransitGatewayRoute(destination: lab.vpcs[1].cidrBlocks[0], attachment: nil))
            }
            return table
        }
        lab.transitGateways = [gateway]
    }

    /// The first VPC to one gateway, the others to another, and the two peered: between them static routes only.
    private mutating func attachToTwo(_ lab: inout Lab) {
        var gateways = [TransitGateway(name: "tgw0"), TransitGateway(name: "tgw1")]
        for number in lab.vpcs.indices { attach(number, to: &gateways[min(number, 1)], ["rt"], &lab) }
        for number in gateways.indices {
            let own = gateways[number].attachments.map(\.name)
            var table = TransitGatewayRouteTable(name: "rt", propagations: own)
            let far = number == 0 ? Array(lab.vpcs.dropFirst()) : [lab.vpcs[0]]
            for vpc in far where !chance(5) {
                table.routes.append(TransitGatewayRoute(destination: vpc.cidrBlocks[0], attachment: "peer\(number)"))
            }
            gateways[number].attachments.append(
                TransitGatewayAttachment(
                    name: "peer\(number)", resource: .peering("tgw\(1 - number)"), routeTable: chance(8) ? nil : "rt"))
            gateways[number].routeTables = [table]
        }
        lab.transitGateways = gateways
    }

    /// With attachment subnets in some of the zones.
    private mutating func attach(
        _ number: Int, to gateway: inout TransitGateway, _ tables: [String], _ lab: inout Lab
    ) {
        let vpc = lab.vpcs[number]
        let zones = Dictionary(grouping: vpc.subnets, by: \.zone).sorted { $0.key < $1.key }
        var doors = zones.map { choose($0.value).name }
        if doors.count > 1 && chance(2) { doors.removeLast() }
        gateway.attachments.append(
            TransitGatewayAttachment(
                name: "at\(number)", resource: .vpc(vpc.name, subnets: doors),
                routeTable: chance(8) ? nil : choose(tables)))
        for table in vpc.routeTables.indices where !chance(4) {
            let others = lab.vpcs.indices.filter { $0 != number }
            for other in others {
                let destination = chance(4) ? CIDRBlock.everywhere : lab.vpcs[other].cidrBlocks[0]
                add(Route(destination: destination, target: .transitGateway(gateway.name)), table, number, &lab)
            }
        }
    }

    // MARK: Endpoints

    /// The same address is also a host on the Internet.
    mutating func addGatewayEndpoint(to lab: inout Lab) {
        let block = CIDRBlock(containing: IPv4Address(52, 216, 0, 0), prefixLength: 24)
        lab.prefixLists = [PrefixList(name: "pl", service: "s3", blocks: [block])]
        lab.internet.hosts.append(InternetHost(name: "s3host", address: IPv4Address(52, 216, 0, 9)))
        lab.vpcs[0].endpoints.append(VPCEndpoint(name: "s3", service: "s3", kind: .gateway(prefixList: "pl")))
        for table in lab.vpcs[0].routeTables.indices where chance(2) {
            add(
                Route(destination: block, target: .gatewayEndpoint("s3"), prefixList: "pl"), table, 0, &lab)
        }
    }
}
