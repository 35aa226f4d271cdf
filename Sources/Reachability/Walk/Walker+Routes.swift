import CloudModel
import IPAddressing

// The implicit router: out of a subnet by its route table, into one by address.
extension Walker {
    /// Past the subnet's ACL and where its table says.
    mutating func leaveSubnet(_ number: Int) -> Verdict {
        if let verdict = passACL(of: number, egress: true) { return verdict }
        return route(from: number)
    }

    /// Where the subnet's table says.
    mutating func route(from number: Int) -> Verdict {
        let subnet = index.subnets[number]
        if let use = packet.destination.specialUse, !CIDRBlock.linkLocal.contains(packet.destination) {
            return refuse(
                .noPossibleDestination, .noRoute, index.subnetHop(number),
                "\(packet.destination) \(use): a VPC carries nothing to it")
        }
        guard !CIDRBlock.linkLocal.contains(packet.destination), let routes = subnet.routes,
            let entry = routes.best(packet.destination)
        else {
            return refuse(
                .noRouteToDestination, .noRoute, index.routeHop(number, nil),
                "route table \(subnet.model.routeTable) of subnet \(subnet.model.name) has no route to "
                    + "\(packet.destination)")
        }
        if isGoingInCircles() { return circle(at: subnet.component, vpc: subnet.vpc) }
        if case .nowhere = entry.action {
            return refuse(
                .badStateRoute, .nullRouted, index.routeHop(number, entry),
                index.deadRouteSentence(entry, in: routes.table))
        }
        log.add(index.routeHop(number, entry))
        return follow(entry.action, from: number)
    }

    private mutating func follow(_ action: IndexedRoutes.Action, from subnet: Int) -> Verdict {
        let vpc = index.subnets[subnet].vpc
        switch action {
        case .local: return deliver(in: vpc)
        case .internetGateway:
            log.visit(index.vpcs[vpc].component)
            return leaveByInternetGateway(vpc)
        case .interface(let next):
            if isRouter(of: vpc, packet.destination) { return deliver(in: vpc) }
            log.visit(index.vpcs[vpc].component)
            return enter(next, byRoute: true)
        case .peering(let number): return cross(peering: number, from: vpc)
        case .transitGateway(let number): return enter(transitGateway: number, fromSubnet: subnet)
        case .gatewayEndpoint(let number): return enter(gatewayEndpoint: number, vpc: vpc)
        case .virtualPrivateGateway: return leaveByVirtualPrivateGateway(vpc)
        case .nowhere: return .refused(.badStateRoute, .nullRouted)
        }
    }

    /// An address that the router keeps for itself: no route leads it elsewhere.
    private func isRouter(of vpc: Int, _ address: IPv4Address) -> Bool {
        let indexed = index.vpcs[vpc]
        guard indexed.contains(address) else { return false }
        return address == indexed.resolver || indexed.subnets.contains { index.subnets[$0].gateway == address }
    }

    /// To whoever has the address in this VPC: the local route.
    mutating func deliver(in vpc: Int) -> Verdict {
        let indexed = index.vpcs[vpc]
        log.visit(indexed.component)
        if let next = indexed.interfaces[packet.destination] { return enter(next) }
        if let subnet = indexed.subnets.first(where: {
            index.subnets[$0].block.contains(packet.destination)
        }) {
            log.visit(index.subnets[subnet].component)
            return refuse(
                .noPossibleDestination, .neighborUnreachable, index.subnetHop(subnet),
                "nobody in subnet \(index.subnets[subnet].model.name) has the address \(packet.destination)")
        }
        return refuse(
            .noPossibleDestination, .nullRouted, Hop(indexed.component, vpc: indexed.model.name),
            "no subnet of VPC \(indexed.model.name) holds the address \(packet.destination)")
    }
}
