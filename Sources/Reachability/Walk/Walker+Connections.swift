import CloudModel
import IPAddressing

// Ways to other VPCs, and gateway endpoints.
extension Walker {
    /// A peering connection: from the blocks of one VPC to those of the other, and nothing else.
    mutating func cross(peering number: Int, from vpc: Int) -> Verdict {
        let model = index.lab.peerings[number]
        log.visit(index.vpcs[vpc].component)
        let hop = Hop(Component(.peering, model.name, origin: model.origin), vpc: index.vpcs[vpc].model.name)
        guard let ends = index.peerings[number] else {
            return refuse(.badState, .nullRouted, hop, "\(hop.component) leads to a VPC that does not exist")
        }
        let peer = ends.requester == vpc ? ends.accepter : ends.requester
        if !index.vpcs[vpc].contains(packet.source) {
            return refuse(
                .pcxRequiresAddressInVPCCIDR, .deniedIn, hop,
                "\(packet.source) is not in VPC \(index.vpcs[vpc].model.name): \(hop.component) takes nothing in transit"
            )
        }
        if !index.vpcs[peer].contains(packet.destination) {
            return refuse(
                .pcxRequiresAddressInVPCCIDR, .deniedIn, hop,
                "\(packet.destination) is not in VPC \(index.vpcs[peer].model.name), and \(hop.component) leads no further"
            )
        }
        log.add(hop)
        return deliver(in: peer)
    }

    /// A gateway endpoint: TCP and ICMP echo to the blocks of its prefix list.
    mutating func enter(gatewayEndpoint number: Int, vpc: Int) -> Verdict {
        let indexed = index.vpcs[vpc]
        log.visit(indexed.component)
        let hop = index.endpointHop(number, vpc: vpc)
        log.visit(hop.component)
        if let verdict = meetOutage(at: hop.component) { return verdict }
        guard packet.protocolNumber == IPProtocol.tcp || packet.isEchoRequest else {
            return refuse(
                .vpceGatewayProtocolRestriction, .deniedIn, hop,
                "\(hop.component) carries TCP and ICMP echo, and not \(packet)")
        }
        guard indexed.contains(packet.source) else {
            return refuse(
                .unassociatedComponent, .deniedIn, hop,
                "\(hop.component) serves its own VPC, and \(packet.source) comes from elsewhere")
        }
        guard indexed.endpointBlocks[number].contains(where: { $0.contains(packet.destination) }) else {
            return refuse(
                .noPossibleDestination, .deniedIn, hop,
                "\(packet.destination) is no address of the service behind \(hop.component)")
        }
        log.add(hop)
        return .arrived(.gatewayEndpoint(number, vpc: vpc))
    }

    /// The answer of the service behind a gateway endpoint.
    mutating func answer(fromGatewayEndpoint number: Int, vpc: Int) -> Verdict {
        let hop = index.endpointHop(number, vpc: vpc)
        log.visit(hop.component)
        guard index.vpcs[vpc].endpointBlocks[number].contains(where: { $0.contains(packet.source) }) else {
            return refuse(
                .vpceGatewayEgressSourceRestriction, .deniedOut, hop,
                "\(packet.source) is no address of the service behind \(hop.component)")
        }
        log.add(hop)
        return deliver(in: vpc)
    }
}
