import CloudModel
import IPAddressing

// The virtual private gateway: a router with routes of its own, those of its VPN connections.
extension Walker {
    /// From an interface of the VPC to what is on premises.
    mutating func leaveByVirtualPrivateGateway(_ number: Int) -> Verdict {
        let vpc = index.vpcs[number]
        let hop = Hop(vpc.privateGateway, vpc: vpc.model.name)
        log.visit(vpc.component)
        guard vpc.interfaces[packet.source] != nil else {
            return refuse(
                .vgwPrivateIPAssociationForEgress, .deniedIn, hop,
                "\(packet.source) is no private address of an interface of VPC \(vpc.model.name)")
        }
        log.visit(hop.component)
        guard vpc.model.virtualPrivateGateway?.carries(packet.destination) ?? true else {
            return refuse(
                .noRouteToDestination, .noRoute, hop,
                "\(hop.component) knows no route to \(packet.destination): none of its VPN connections leads there")
        }
        log.add(hop)
        return .arrived(.virtualPrivateGateway(number))
    }

    /// From on premises: to private addresses of the VPC, whatever the route tables of its subnets say, or on to another
    /// site.
    mutating func enterByVirtualPrivateGateway(_ number: Int) -> Verdict {
        let vpc = index.vpcs[number]
        let hop = Hop(vpc.privateGateway, vpc: vpc.model.name)
        log.visit(hop.component)
        if vpc.contains(packet.destination) {
            log.add(hop)
            loseGroups()
            return deliver(in: number)
        }
        guard vpc.model.virtualPrivateGateway?.prefixes.contains(where: { $0.contains(packet.destination) }) == true
        else {
            return refuse(
                .vgwPrivateIPAssociationForIngress, .noRoute, hop,
                "\(hop.component) leads to private addresses of VPC \(vpc.model.name), and \(packet.destination) is none"
            )
        }
        log.add(hop)
        return .arrived(.virtualPrivateGateway(number))
    }
}
