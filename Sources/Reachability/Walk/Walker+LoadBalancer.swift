import CloudModel
import IPAddressing

// Load balancers: one flow in, one flow out. A network load balancer rewrites it, an application load balancer ends it
// and opens another; for addresses, ports and rules that is the same.
extension Walker {
    mutating func atLoadBalancer(_ number: Int) -> Verdict {
        let balancer = index.balancer(of: number)
        let hop = index.ownerHop(number, inbound: packet)
        if isReply {
            // An answer to what the node itself began: its second connection, a health check.
            guard let entry = memory.translation(answeredBy: packet, at: number) else {
                log.add(hop)
                return .arrived(.interface(number))
            }
            packet = entry.inside.reversed
            log.add(hop.leaving(packet))
            return leave(number)
        }
        guard let listener = balancer.listeners.first(where: { $0.takes(packet) }) else {
            return refuse(
                .elbv2ListenersMismatch, .deniedIn, hop,
                "no listener of load balancer \(balancer.name) takes \(packet)")
        }
        switch listener.action {
        case .redirectToHTTPS, .fixedResponse:
            log.add(hop.with(.listener(listener)))
            return .arrived(.interface(number))
        case .unsupported(let action):
            return refuse(
                .unsupportedComponent, .deniedIn, hop.with(.listener(listener)),
                "the listener's action \(action) cannot be reproduced")
        case .forward(let name):
            guard let group = index.vpcs[index.interfaces[number].vpc].model.targetGroup(name) else {
                return refuse(
                    .elbv2ListenerRequiresTGAccept, .deniedIn, hop.with(.listener(listener)),
                    "the listener forwards to target group \(name), which does not exist")
            }
            return forward(number, balancer, listener, to: group, hop)
        }
    }

    private mutating func forward(
        _ number: Int, _ balancer: LoadBalancer, _ listener: LoadBalancerListener, to group: TargetGroup, _ hop: Hop
    ) -> Verdict {
        guard !group.targets.isEmpty else {
            return refuse(
                .elbv2ListenerHasNoTG, .deniedIn, hop.with(.listener(listener)),
                "target group \(group.name) has no target")
        }
        let targets = index.eligibleTargets(of: group, for: number, balancer)
        guard !targets.isEmpty else {
            return refuse(
                .elbv2NoTargetsInAZ, .deniedIn, hop.with(.listener(listener)),
                "target group \(group.name) has no target in zone \(index.zone(of: number)), nor in another that load "
                    + "balancer \(balancer.name) would use from there")
        }
        choices = max(choices, targets.count)
        let (target, address) = targets[min(choice, targets.count - 1)]
        let inside = packet
        let keepsClient = balancer.kind == .network && group.preservesClientIP
        if keepsClient && index.isOwn(packet.source, of: address, vpc: index.interfaces[number].vpc) {
            return refuse(
                .elbv2SourceAddressPreservation, .deniedIn, hop.with(.target(target, group: group.name)),
                "load balancer \(balancer.name) keeps the client's address, so \(address) cannot reach itself through "
                    + "it: what comes from outside with an address of its own, a host drops")
        }
        packet.destination = address
        packet.destinationPorts = target.port...target.port
        if keepsClient {
            self.balancer = number
        } else {
            packet.source = index.interfaces[number].address
            packet.sourcePorts = Flow.translatedPorts
            speaksForItself()
        }
        memory.remember(.init(interface: number, inside: inside, outside: packet, keepsClient: keepsClient))
        log.add(hop.with(.listener(listener)).leaving(packet))
        log.add(
            Hop(
                Component(.targetGroup, group.name, origin: group.origin),
                attachedTo: index.balancerComponent(of: number),
                rule: .target(target, group: group.name)))
        return leave(number)
    }

    /// The answer of a target that saw the client's address: AWS leads it back to the load balancer all the same. The
    /// lists of both subnets see the client's address [NLB troubleshooting]; of a client in the target's own subnet they
    /// see nothing (free choice).
    mutating func returnToLoadBalancer(_ entry: FlowMemory.Translation, from subnet: Int) -> Verdict {
        let home = index.interfaces[entry.interface].subnet
        log.visit(index.subnets[subnet].component)
        let isNeighbor = index.subnets[subnet].block.contains(packet.destination)
        if !isNeighbor, let verdict = passACL(of: subnet, egress: true) { return verdict }
        if home != subnet {
            log.visit(index.vpcs[index.subnets[home].vpc].component)
            log.visit(index.subnets[home].component)
        }
        if !isNeighbor, let verdict = passACL(of: home, egress: false) { return verdict }
        if let verdict = passGroups(entry.interface, egress: false) { return verdict }
        let hop = index.ownerHop(entry.interface, inbound: packet)
        log.visit(hop.component)
        packet = entry.inside.reversed
        log.add(hop.leaving(packet))
        return leave(entry.interface)
    }
}

extension LoadBalancerListener {
    /// Whether a connection with this header is the listener's to take.
    func takes(_ header: PacketHeader) -> Bool {
        guard header.destinationPorts == port...port else { return false }
        return switch transport {
        case .http, .https, .tcp, .tls: header.protocolNumber == IPProtocol.tcp
        case .udp: header.protocolNumber == IPProtocol.udp
        case .tcpUDP: header.hasPorts
        }
    }
}
