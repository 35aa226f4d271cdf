import CNetlabShims
import Glibc
public import IPAddressing
import LinuxSystem
public import Namespaces

/// Which router answers at each distance: all distances are asked at once, not one after the other.
///
/// A hop that stays silent is asked a second time before it is given up, since Linux routers limit how often they
/// send ICMP errors to one address. Equivalent to `traceroute -n -I -q 1 -m MAX ADDRESS` (or `-U`), in one round trip.
public struct TracerouteProbe: Sendable {
    public typealias Outcome = ProbeOutcome<Path>

    /// What carries the distance.
    public enum Carrier: Hashable, Sendable {
        /// Echo requests.
        case icmp
        /// Datagrams to ports from 33434 upward, where nobody listens.
        case udp
    }

    /// At least one hop or the destination answered.
    public struct Path: Hashable, Sendable {
        /// One entry per distance, the destination last if it was reached; `nil` did not answer.
        public let hops: [IPv4Address?]
        public let reachesDestination: Bool
        /// Of each hop that answered.
        public let roundTrips: [Duration?]
        /// The unreachable message that ended the path early, if one did.
        public let refusal: ICMPError?
    }

    public let namespace: NetworkNamespace
    public let target: IPv4Address
    public let carrier: Carrier
    public let maximum: Int
    public let quietTime: Duration
    public let tries: Int

    /// - Parameter quietTime: how long nothing may come before silent hops are asked again, and then given up.
    public init(
        from namespace: NetworkNamespace, to target: IPv4Address, carrier: Carrier = .icmp, maximum: Int = 16,
        quietTime: Duration = .milliseconds(150), tries: Int = 2
    ) {
        self.namespace = namespace
        self.target = target
        self.carrier = carrier
        self.maximum = min(max(maximum, 1), 64)
        self.quietTime = quietTime
        self.tries = tries
    }

    public func run() throws -> Outcome {
        let watch = Stopwatch()
        // Opened together: one thread, one visit to the namespace.
        let (icmp, udp) = try namespace.run {
            let icmp = try OwnedDescriptor(socket: AF_INET, socketRaw | socketNonBlocking, Int32(IPPROTO_ICMP))
            let udp = try OwnedDescriptor(socket: AF_INET, socketDatagram | socketNonBlocking)
            return (icmp.release(), udp.release())
        }
        let trace = try Trace(
            icmp: ProbeSocket(OwnedDescriptor(owning: icmp)), udp: ProbeSocket(OwnedDescriptor(owning: udp)),
            target: target, carrier: carrier)
        let local = trace.local
        var found = Findings(maximum: maximum)
        for _ in 0..<tries where !found.isComplete {
            for hop in found.missing {
                found.sent[hop] = Deadline.now
                guard case .failure(let error) = try trace.ask(hop) else { continue }
                return Outcome(local: local, duration: watch.elapsed, answer: .none(.network(error.errno)))
            }
            try trace.gather(into: &found, quietTime: quietTime)
        }
        return Outcome(local: local, duration: watch.elapsed, answer: found.answer)
    }
}

/// Who answered at which distance so far.
private struct Findings {
    var hops: [IPv4Address?]
    var times: [Duration?]
    var sent: [Int64]
    /// The nearest distance at which the path ended, and whether that was the destination.
    var end: Int?
    var reached = false
    var refusal: ICMPError?

    init(maximum: Int) {
        hops = Array(repeating: nil, count: maximum)
        times = Array(repeating: nil, count: maximum)
        sent = Array(repeating: 0, count: maximum)
    }

    var missing: [Int] { hops.indices.filter { hops[$0] == nil && $0 < end ?? hops.count } }
    var isComplete: Bool { end != nil && missing.isEmpty }

    mutating func note(_ hop: Int, from address: IPv4Address) {
        guard hops.indices.contains(hop), hops[hop] == nil else { return }
        hops[hop] = address
        times[hop] = .nanoseconds(Deadline.now - sent[hop])
    }

    mutating func ends(at hop: Int, reached: Bool, refusal: ICMPError?) {
        guard hop < end ?? Int.max else { return }
        end = hop
        self.reached = reached
        self.refusal = refusal
    }

    var answer: TracerouteProbe.Outcome.Answer {
        guard let last = hops.lastIndex(where: { $0 != nil }) else { return .none(.timedOut) }
        let count = (end ?? last) + 1
        return .reply(
            .init(
                hops: Array(hops[..<count]), reachesDestination: reached, roundTrips: Array(times[..<count]),
                refusal: refusal))
    }
}

/// The sockets of one traceroute, and how its own packets are told from others'.
private struct Trace: ~Copyable {
    /// Where traceroute has always begun.
    private static let firstPort: UInt16 = 33434

    let local: SocketAddress
    private let icmp: ProbeSocket
    private let udp: ProbeSocket
    private let target: IPv4Address
    private let carrier: TracerouteProbe.Carrier
    private let identifier: UInt16
    private let token: [UInt8]

    init(
        icmp: consuming ProbeSocket, udp: consuming ProbeSocket, target: IPv4Address, carrier: TracerouteProbe.Carrier
    ) throws {
        let identifier = UInt16.random(in: 1...UInt16.max)
        let source = try udp.sourceAddress(towards: target) ?? SocketAddress.unspecified.address
        try udp.disconnect()
        try udp.bind(SocketAddress(address: source, port: 0))
        let local = SocketAddress(address: source, port: carrier == .udp ? try udp.localAddress().port : 0)
        let filter: PacketProgram =
            switch carrier {
            case .icmp: .echoes(identifier: identifier)
            case .udp: .errors(about: ProtocolNumber.udp, mark: local.port)
            }
        try icmp.hearOnly(filter)
        self.identifier = identifier
        token = randomToken()
        self.local = local
        self.icmp = icmp
        self.udp = udp
        self.target = target
        self.carrier = carrier
    }

    /// Sends the packet that dies at hop `hop` (counted from 0).
    func ask(_ hop: Int) throws -> Result<Int, SystemError> {
        switch carrier {
        case .icmp:
            try icmp.set(Int32(IPPROTO_IP), IP_TTL, Int32(hop + 1))
            let request = ICMPPacket.request(identifier: identifier, sequence: UInt16(hop), payload: token)
            return icmp.send(request, to: SocketAddress(address: target, port: 0))
        case .udp:
            try udp.set(Int32(IPPROTO_IP), IP_TTL, Int32(hop + 1))
            return udp.send(token, to: SocketAddress(address: target, port: Self.firstPort + UInt16(hop)))
        }
    }

    /// Reads answers until every hop up to the end has spoken or nothing came for the quiet time.
    func gather(into found: inout Findings, quietTime: Duration) throws {
        var buffer = [UInt8](repeating: 0, count: 2048)
        var deadline = Deadline(in: quietTime)
        while !found.isComplete, try icmp.wait(for: POLLIN, until: deadline) {
            guard case .success(let count) = icmp.receive(into: &buffer) else { continue }
            if note(buffer.span.extracting(0..<count), in: &found) { deadline = Deadline(in: quietTime) }
        }
    }

    /// Files one ICMP message; `false` if it is none of ours.
    private func note(_ bytes: Span<UInt8>, in found: inout Findings) -> Bool {
        guard let header = IPv4Header(bytes), let message = ICMPPacket(bytes, at: header.payload) else { return false }
        if message.type == ICMPPacket.echoReply, carrier == .icmp, message.identifier == identifier,
            header.source == target, bytes.equal(token, at: message.body)
        {
            found.note(Int(message.sequence), from: header.source)
            found.ends(at: Int(message.sequence), reached: true, refusal: nil)
            return true
        }
        guard let quoted = message.quoted, quoted.destination == target, let hop = hop(of: quoted, bytes) else {
            return false
        }
        found.note(hop, from: header.source)
        if message.type == ICMPPacket.unreachable {
            let reached = header.source == target && message.code == UInt8(ICMP_PORT_UNREACH) && carrier == .udp
            let error = ICMPError(type: message.type, code: message.code, from: header.source)
            found.ends(at: hop, reached: reached, refusal: reached ? nil : error)
        }
        return true
    }

    /// The distance a quoted packet of ours was sent for.
    private func hop(of quoted: IPv4Header, _ bytes: Span<UInt8>) -> Int? {
        switch carrier {
        case .icmp:
            guard quoted.protocolNumber == ProtocolNumber.icmp, let echo = ICMPPacket(bytes, at: quoted.payload),
                echo.type == ICMPPacket.echoRequest, echo.identifier == identifier
            else { return nil }
            return Int(echo.sequence)
        case .udp:
            guard quoted.protocolNumber == ProtocolNumber.udp, bytes.big16(at: quoted.payload) == local.port,
                let port = bytes.big16(at: quoted.payload + 2), port >= Self.firstPort
            else { return nil }
            return Int(port - Self.firstPort)
        }
    }
}
