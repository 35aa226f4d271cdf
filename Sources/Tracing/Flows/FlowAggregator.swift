public import IPAddressing
import Nftables

/// Counts what passes a VPC's router into flow log records, one window after the other.
///
/// Every packet is seen once, at the router; it makes a record at the interface it left (egress) and one at the
/// interface it was for (ingress), so that a connection between two instances has four: two at each interface.
public struct FlowAggregator: Sendable {
    /// By the node that has them.
    private let interfaces: [String: [FlowInterface]]
    /// What is neither an interface nor the Internet gateway: peers' routers, gateway endpoints, transit gateways.
    private let borders: [FlowBorder: FlowKey.Path]
    private let services: ServiceRanges
    /// Addresses nobody logs: the router's own, DNS, instance metadata [flow-logs-limitations].
    private let unlogged: Set<IPv4Address>
    private var flows: [Place: Count] = [:]
    private var start: Int64
    private var hasLost = false

    private struct Place: Hashable {
        let interface: String
        let flow: FlowKey
    }

    private struct Count {
        var packets = 0
        var bytes = 0
        var tcpFlags: UInt8 = 0
        /// Seconds since 1970.
        var first: Int64
        var last: Int64
    }

    /// - Parameter start: Of the first window, in seconds since 1970.
    public init(
        interfaces: [FlowInterface], borders: [FlowBorder: FlowKey.Path] = [:],
        services: ServiceRanges = ServiceRanges([]), unlogged: Set<IPv4Address>, start: Int64
    ) {
        self.interfaces = Dictionary(grouping: interfaces, by: \.node)
        self.borders = borders
        self.services = services
        self.unlogged = unlogged
        self.start = start
    }

    /// Counts one packet as the router saw it.
    /// - Parameter time: Nanoseconds since 1970.
    public mutating func add(_ hop: LiveHop, time: Int64) {
        let packet = hop.before
        guard !unlogged.contains(packet.source), !unlogged.contains(packet.destination), hop.outcome != .delivered
        else { return }
        let verdict = Verdict(hop.outcome)
        if let action = verdict.egress, let sender = interface(hop.input, packet.source) {
            guard !sender.checksSource || sender.addresses.contains(packet.source) else { return }
            count(packet, at: sender, .egress, action, path: path(hop), time)
        }
        if let action = verdict.ingress, let receiver = interface(hop.output, packet.destination) {
            count(packet, at: receiver, .ingress, action, path: nil, time)
        }
    }

    /// Somebody sent faster than we could count: the window's records are not all there is.
    public mutating func noteLoss() { hasLost = true }

    /// Ends the window: its records, by interface and flow; then the next one begins.
    /// - Parameter end: In seconds since 1970.
    public mutating func close(at end: Int64) -> [FlowRecord] {
        var records: [FlowRecord] = []
        for interface in interfaces.values.joined().sorted(by: { $0.id < $1.id }) {
            let own = flows.filter { $0.key.interface == interface.id }
            records += own.map { place, count in
                FlowRecord(
                    interface: interface,
                    traffic: .init(
                        flow: place.flow, packets: count.packets, bytes: count.bytes, tcpFlags: count.tcpFlags,
                        sourceService: services.name(of: place.flow.source),
                        destinationService: services.name(of: place.flow.destination)),
                    start: count.first, end: count.last, status: .ok)
            }.sorted { FlowRecord.inOrder($0, $1) }
            if hasLost {
                records.append(empty(interface, end, .skipData))
            } else if own.isEmpty {
                records.append(empty(interface, end, .noData))
            }
        }
        flows = [:]
        hasLost = false
        start = end
        return records
    }

    private func empty(_ interface: FlowInterface, _ end: Int64, _ status: FlowRecord.Status) -> FlowRecord {
        FlowRecord(interface: interface, traffic: nil, start: start, end: end, status: status)
    }

    private func path(_ hop: LiveHop) -> FlowKey.Path? {
        guard case .forwarded = hop.outcome, let output = hop.output else { return nil }
        if interfaces[output.peer] != nil { return .sameVPC }
        return borders[FlowBorder(router: hop.node, neighbor: output.peer)] ?? .internetGateway
    }

    /// Of several interfaces of a node the one with the address, else the first.
    private func interface(_ wire: LiveHop.Interface?, _ address: IPv4Address) -> FlowInterface? {
        guard let wire, let own = interfaces[wire.peer] else { return nil }
        return own.first { $0.addresses.contains(address) } ?? own.first
    }

    private mutating func count(
        _ packet: PacketHeader, at interface: FlowInterface, _ direction: FlowRecord.Direction,
        _ action: FlowRecord.Action, path: FlowKey.Path?, _ time: Int64
    ) {
        let flow = FlowKey(
            direction: direction, source: packet.source, destination: packet.destination,
            sourcePort: packet.sourcePort, destinationPort: packet.destinationPort,
            protocolNumber: packet.protocolNumber, action: action, path: path)
        let second = time / 1_000_000_000
        var count = flows[Place(interface: interface.id, flow: flow)] ?? Count(first: second, last: second)
        count.packets += 1
        count.bytes += packet.length
        count.tcpFlags |= Self.flags(packet)
        // Reports of two routers, or of a packet that waited for its next hook, need not come in order.
        count.first = min(count.first, second)
        count.last = max(count.last, second)
        flows[Place(interface: interface.id, flow: flow)] = count
    }

    /// FIN, SYN and RST; ACK only beside SYN.
    private static func flags(_ packet: PacketHeader) -> UInt8 {
        guard packet.protocolNumber == 6 else { return 0 }
        let seen = packet.tcpFlags & 0b111
        return packet.tcpFlags & 0x12 == 0x12 ? seen | 0x10 : seen
    }
}

/// Which of a packet's two interfaces logs what; `nil` logs nothing.
private struct Verdict {
    var egress: FlowRecord.Action? = .accept
    var ingress: FlowRecord.Action? = .accept

    /// A security group or a network ACL refuses at one interface; whatever else stops a packet (no route, nobody
    /// there) does so after the sender's interface let it go.
    init(_ outcome: LiveHop.Outcome) {
        switch outcome {
        case .forwarded, .delivered: return
        case .lost: ingress = nil
        case .dropped(let owner):
            let words = owner.split(separator: " ").map(String.init) + ["", "", ""]
            // `sg web+admin ingress`, `acl private egress rule 90`, `acl private egress *`.
            let gate = words[0] == "acl" ? words[2] : words[max(0, words.count - 4)]
            switch (words[0], gate) {
            case ("sg", "egress"), ("acl", "egress"): (egress, ingress) = (.reject, nil)
            case ("sg", "ingress"), ("acl", "ingress"): ingress = .reject
            case ("eni", _): (egress, ingress) = (nil, nil)
            default: ingress = nil
            }
        }
    }
}

extension FlowRecord {
    /// Any fixed order will do: by time, then by the words.
    fileprivate static func inOrder(_ left: FlowRecord, _ right: FlowRecord) -> Bool {
        let format = FlowFormat(FlowField.allCases)
        return (left.start, left.line(format)) < (right.start, right.line(format))
    }
}
