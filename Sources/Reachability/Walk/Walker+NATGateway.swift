import CloudModel
import IPAddressing

// The NAT gateway: same order as `NATGatewayNode`, the kernel's rules.
extension Walker {
    mutating func atNATGateway(_ number: Int) -> Verdict {
        let interface = index.interfaces[number]
        let hop = index.ownerHop(number, inbound: packet)
        log.visit(hop.component)
        if packet.destination == interface.address { return answerNATGateway(number, hop) }
        if let verdict = refuseClient(of: number, hop) { return verdict }
        let inside = packet
        packet.source = interface.address
        if packet.hasPorts { packet.sourcePorts = Flow.translatedPorts }
        memory.remember(.init(interface: number, inside: inside, outside: packet, keepsClient: false))
        log.add(hop.leaving(packet))
        return leaveNATGateway(number, isInwards: false)
    }

    private func refuseClient(of number: Int, _ hop: Hop) -> Verdict? {
        let vpc = index.vpcs[index.interfaces[number].vpc]
        if packet.source == index.interfaces[number].address {
            return refuse(
                .noPath, .loop, hop,
                "\(hop.component) sends its own packets to itself: its subnet's route leads back to it")
        }
        // Clients behind a transit gateway are allowed, those behind a peering connection are not [NAT25].
        if !vpc.contains(packet.source) && !cameByTransitGateway {
            return refuse(
                .ngwRequiresSourceInVPC, .deniedIn, hop,
                "\(hop.component) serves interfaces of VPC \(vpc.model.name) only, and \(packet.source) is none")
        }
        let carried = [IPProtocol.tcp, IPProtocol.udp, IPProtocol.icmp]
        if !carried.contains(packet.protocolNumber) {
            return refuse(
                .protocolRestriction, .deniedIn, hop,
                "\(hop.component) carries TCP, UDP and ICMP, and not protocol \(packet.protocolNumber)")
        }
        // An answer whose question went another way: no flow of this gateway's.
        if isReply {
            return refuse(
                .ngwRequiresSourceInVPC, .deniedIn, hop,
                "\(hop.component) never saw the flow that this packet answers")
        }
        return nil
    }

    /// A packet for the gateway's own address: the answer to a flow of its own, or nothing it would serve.
    private mutating func answerNATGateway(_ number: Int, _ hop: Hop) -> Verdict {
        if isReply, let entry = memory.translation(answeredBy: packet, at: number) {
            packet = entry.inside.reversed
            log.add(hop.leaving(packet))
            return leaveNATGateway(number, isInwards: true)
        }
        let vpc = index.vpcs[index.interfaces[number].vpc]
        let isInside = vpc.contains(packet.source)
        return refuse(
            isInside ? .ngwDestAddressPreservation : .ngwRequiresSourceInVPC, .deniedIn, hop,
            isInside
                ? "\(hop.component) hands packets on and answers none that are addressed to it"
                : "\(hop.component) lets nothing in that was not asked for from inside")
    }

    private mutating func leaveNATGateway(_ number: Int, isInwards: Bool) -> Verdict {
        let subnet = index.interfaces[number].subnet
        if index.subnets[subnet].block.contains(packet.destination) { return enterNeighbor(in: subnet) }
        if !isInwards { log.visit(index.subnets[subnet].component) }
        return leaveSubnet(subnet)
    }
}
