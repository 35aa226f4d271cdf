import CloudModel
import IPAddressing

// Containers behind a host's `docker0`. Same order as `DockerRules`, the kernel's rules on the host.
extension Walker {
    /// The container sends the packet.
    mutating func send(fromContainer number: Int) -> Verdict {
        let container = index.containers[number]
        log.visit(container.component)
        guard container.address != nil else {
            return refuse(
                .noRouteToDestination, .noRoute, index.containerHop(number),
                "\(container.component) is in network mode none and has no interface but lo")
        }
        log.add(index.containerHop(number))
        if let verdict = meetOutage(ofContainer: number) { return verdict }
        let host = container.host
        if isReply, let entry = memory.translation(answeredBy: packet, at: host) {
            return restore(entry, at: host)
        }
        if let verdict = deliverOnHost(host) { return verdict }
        return masquerade(at: host)
    }

    /// What the host or one of its containers sends to an address that only they know, or to a published port of the
    /// host. `nil`: it leaves the host.
    mutating func deliverOnHost(_ host: Int) -> Verdict? {
        guard let containers = index.containersOfHost[host] else { return nil }
        if !isReply, let verdict = enterPublished(at: host) { return verdict }
        let isFromContainer = containers.contains { index.containers[$0].address == packet.source }
        if DockerBridge.block.contains(packet.destination) {
            if packet.destination == DockerBridge.gateway { return arriveAtHost(host) }
            guard let number = index.container(at: packet.destination, behind: host) else {
                return refuse(
                    .noPossibleDestination, .neighborUnreachable, index.ownerHop(host),
                    "no container on \(index.owner(of: host)) has the address \(packet.destination)")
            }
            return arrive(atContainer: number)
        }
        let isFromBridge = isFromContainer || packet.source == DockerBridge.gateway
        return isFromBridge && index.interfaces[host].has(packet.destination) ? arriveAtHost(host) : nil
    }

    /// A published port leads into the container, whoever asks; `nil` if it is none.
    mutating func enterPublished(at host: Int) -> Verdict? {
        guard let (number, address, port) = index.published(packet, at: host) else { return nil }
        let hop = index.ownerHop(host, inbound: packet)
        log.visit(hop.component)
        let inside = packet
        packet.destination = address
        packet.destinationPorts = port...port
        // A container that calls itself by the host's port is answered by docker0.
        if packet.source == address { packet.source = DockerBridge.gateway }
        memory.remember(.init(interface: host, inside: inside, outside: packet, keepsClient: false))
        log.add(hop.leaving(packet, detail: "a published port of \(index.containers[number].component)"))
        return arrive(atContainer: number)
    }

    /// Out by the host's interface, with its address; the port stays.
    private mutating func masquerade(at host: Int) -> Verdict {
        let hop = index.ownerHop(host, inbound: packet)
        log.visit(hop.component)
        let inside = packet
        packet.source = index.interfaces[host].address
        memory.remember(.init(interface: host, inside: inside, outside: packet, keepsClient: false))
        log.add(hop.leaving(packet, detail: "masquerades its containers"))
        return leaveHost(host)
    }

    /// The answer to what the host translated, as who asked knows it: out of the host again, or to who asked on it.
    mutating func restore(_ entry: FlowMemory.Translation, at host: Int) -> Verdict {
        let hop = index.ownerHop(host, inbound: packet)
        log.visit(hop.component)
        packet = entry.inside.reversed
        log.add(hop.leaving(packet))
        if let number = index.container(at: packet.destination, behind: host) { return arrive(atContainer: number) }
        if index.interfaces[host].has(packet.destination) { return arriveAtHost(host) }
        return leaveHost(host)
    }

    private mutating func leaveHost(_ host: Int) -> Verdict {
        if let verdict = meetOutage(at: host, outwards: true) { return verdict }
        log.add(index.interfaceHop(host))
        return leave(host)
    }

    private mutating func arrive(atContainer number: Int) -> Verdict {
        log.visit(index.containers[number].component)
        if let verdict = meetOutage(ofContainer: number) { return verdict }
        log.add(index.containerHop(number))
        meet(container: number)
        return .arrived(.container(number))
    }

    private mutating func arriveAtHost(_ host: Int) -> Verdict {
        log.visit(index.owner(of: host))
        log.add(index.ownerHop(host))
        meet(interface: host)
        return .arrived(.interface(host))
    }
}
