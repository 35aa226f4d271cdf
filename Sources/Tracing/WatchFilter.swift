public import IPAddressing
import KernelObjects
public import Nftables

/// Which packets are of interest, in both directions. Everything that is set must hold; nothing set means all.
public struct WatchFilter: Hashable, Sendable {
    /// The addresses one end can have on the way: a NAT gateway lends its own.
    public var from: Set<IPv4Address>?
    /// The addresses the other end can have on the way: private and public.
    public var to: Set<IPv4Address>?
    /// Ends in any direction, each by all the addresses it can have on the way.
    public var hosts: [Set<IPv4Address>] = []
    /// Of each end a packet's whole way must have met one of these addresses: what a NAT gateway lends, it lends to
    /// others too.
    public var owned: [Set<IPv4Address>] = []
    /// 1 ICMP, 6 TCP, 17 UDP.
    public var protocolNumber: UInt8?
    /// A port of the far end (`to`), or of any end when there is no far end.
    public var port: UInt16?

    public init(
        from: Set<IPv4Address>? = nil, to: Set<IPv4Address>? = nil, protocolNumber: UInt8? = nil, port: UInt16? = nil
    ) {
        self.from = from
        self.to = to
        self.protocolNumber = protocolNumber
        self.port = port
    }

    /// The same, for packets that are there already.
    public func matches(_ packet: PacketHeader) -> Bool {
        if let protocolNumber, packet.protocolNumber != protocolNumber { return false }
        for host in hosts where !host.contains(packet.source) && !host.contains(packet.destination) { return false }
        let there = isOn(packet.source, from) && isOn(packet.destination, to)
        let back = isOn(packet.source, to) && isOn(packet.destination, from)
        guard let port else { return there || back }
        let isForth = there && packet.destinationPort == port
        return isForth || back && packet.sourcePort == port
    }

    /// Whether somebody's way is of interest, now that all of it is known.
    func concerns(_ path: [Passage]) -> Bool {
        owned.allSatisfy { addresses in
            path.contains { passage in
                [passage.before, passage.after].contains {
                    addresses.contains($0.source) || addresses.contains($0.destination)
                }
            }
        }
    }

    private func isOn(_ address: IPv4Address, _ set: Set<IPv4Address>?) -> Bool { set?.contains(address) ?? true }
}

// As rules of nftables.
extension WatchFilter {
    /// Which way a packet goes.
    private enum Way { case there, back }

    /// Each matches one way a packet can be of interest.
    var alternatives: [[NftStatement]] {
        let ways: [Way] = from == nil && to == nil && port == nil ? [.there] : [.there, .back]
        return ways.flatMap { way in
            hostMatches.flatMap { host in layerMatches(way).map { endMatches(way) + host + $0 } }
        }
    }

    private func endMatches(_ way: Way) -> [NftStatement] {
        let near: NftStatement.Field = way == .there ? .source : .destination
        let far: NftStatement.Field = way == .there ? .destination : .source
        return (from == nil ? [] : [.inSet([near], "from")]) + (to == nil ? [] : [.inSet([far], "to")])
    }

    /// Every host is at one end or at the other.
    private var hostMatches: [[NftStatement]] {
        hosts.indices.reduce([[]]) { all, index in
            all.flatMap { [$0 + [.inSet([.source], "host\(index)")], $0 + [.inSet([.destination], "host\(index)")]] }
        }
    }

    private func layerMatches(_ way: Way) -> [[NftStatement]] {
        guard let port else { return [protocolNumber.map { [.ipProtocol($0)] } ?? []] }
        let layers: [NftStatement.PortProtocol] =
            switch protocolNumber {
            case 6: [.tcp]
            case 17: [.udp]
            default: [.tcp, .udp]
            }
        return layers.map { [way == .there ? .destinationPort($0, port...port) : .sourcePort($0, port...port)] }
    }

    var sets: [NftSet] {
        let named = [("from", from), ("to", to)] + hosts.enumerated().map { ("host\($0.offset)", $0.element) }
        return named.compactMap { name, addresses in
            addresses.map { addresses in
                NftSet(name, key: [.address], elements: addresses.sorted().map { .init([.address($0)]) })
            }
        }
    }
}
