import CloudModel
import IPAddressing

/// A container with a network of its own, or with none. One in mode `host` is its host.
struct IndexedContainer: Sendable {
    let model: Container
    /// The first interface of its host.
    let host: Int
    /// Behind `docker0`; `nil` in mode `none`.
    let address: IPv4Address?

    var component: Component { Component(.container, model.name, origin: model.origin) }
}

extension ReachabilityIndex {
    /// The container behind the host's `docker0` that has an address.
    func container(at address: IPv4Address, behind host: Int) -> Int? {
        containersOfHost[host]?.first { containers[$0].address == address }
    }

    /// Where a published port of the host leads.
    func published(_ packet: PacketHeader, at host: Int) -> (container: Int, address: IPv4Address, port: UInt16)? {
        guard packet.hasPorts, packet.destinationPorts.count == 1, interfaces[host].has(packet.destination) else {
            return nil
        }
        for number in containersOfHost[host] ?? [] {
            guard let address = containers[number].address else { continue }
            for port in containers[number].model.publishedPorts
            where port.hostPort == packet.destinationPorts.lowerBound && port.transport.number == packet.protocolNumber
            {
                return (number, address, port.containerPort)
            }
        }
        return nil
    }

    func containerHop(_ number: Int) -> Hop {
        let host = interfaces[containers[number].host]
        return Hop(
            containers[number].component, attachedTo: owner(of: containers[number].host),
            subnet: subnets[host.subnet].model.name, vpc: vpcs[host.vpc].model.name)
    }
}

extension PublishedPort.Transport {
    fileprivate var number: UInt8 {
        switch self {
        case .tcp: IPProtocol.tcp
        case .udp: IPProtocol.udp
        }
    }
}
