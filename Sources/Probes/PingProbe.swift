import Glibc
public import IPAddressing
import LinuxSystem
public import Namespaces

/// ICMP echo requests, one after the other, each with a random token that the reply must carry.
///
/// Equivalent to `ip netns exec NAME ping -c COUNT -W TIMEOUT -t TTL ADDRESS`. The local address of the outcome is
/// the one the kernel chose for the route; its port is 0.
public struct PingProbe: Sendable {
    public typealias Outcome = ProbeOutcome<Replies>

    /// At least one request was answered.
    public struct Replies: Hashable, Sendable {
        public let from: IPv4Address
        /// Of the last reply, as it arrived.
        public let timeToLive: UInt8
        /// Of each reply, in order of arrival.
        public let roundTrips: [Duration]
        public let sent: Int
    }

    public let namespace: NetworkNamespace
    public let target: IPv4Address
    public let count: Int
    public let timeToLive: UInt8
    public let timeout: Duration

    /// - Parameter timeout: for each request; the next one goes as soon as the one before is answered.
    public init(
        from namespace: NetworkNamespace, to target: IPv4Address, count: Int = 1, timeToLive: UInt8 = 64,
        timeout: Duration = .seconds(1)
    ) {
        self.namespace = namespace
        self.target = target
        self.count = count
        self.timeToLive = timeToLive
        self.timeout = timeout
    }

    public func run() throws -> Outcome {
        let socket = try ProbeSocket(in: namespace, socketRaw, Int32(IPPROTO_ICMP))
        try socket.set(Int32(IPPROTO_IP), IP_TTL, Int32(timeToLive))
        let local = try sourceAddress(in: namespace, towards: target)
        let watch = Stopwatch()
        let destination = SocketAddress(address: target, port: 0)
        let identifier = UInt16.random(in: 1...UInt16.max)
        try socket.hearOnly(.echoes(identifier: identifier))
        let token = randomToken()
        var trips: [Duration] = []
        var arrivedTTL: UInt8 = 0
        var failure = NoReply.timedOut

        for sequence in 0..<UInt16(clamping: count) {
            let request = ICMPPacket.request(identifier: identifier, sequence: sequence, payload: token)
            let trip = Stopwatch()
            if case .failure(let error) = socket.send(request, to: destination) {
                failure = .network(error.errno)
                break
            }
            switch try answer(on: socket, identifier, sequence, token, until: Deadline(in: timeout)) {
            case .reply(let ttl):
                trips.append(trip.elapsed)
                arrivedTTL = ttl
            case .error(let error): failure = .unreachable(error)
            case .silence: break
            }
        }
        let answer: Outcome.Answer =
            trips.isEmpty
            ? .none(failure)
            : .reply(Replies(from: target, timeToLive: arrivedTTL, roundTrips: trips, sent: max(count, trips.count)))
        return Outcome(
            local: SocketAddress(address: local ?? SocketAddress.unspecified.address, port: 0),
            duration: watch.elapsed, answer: answer)
    }

    private enum Event {
        case reply(ttl: UInt8)
        case error(ICMPError)
        case silence
    }

    /// Reads past all ICMP of others until ours comes. A raw socket hears every ICMP message of its namespace.
    private func answer(
        on socket: borrowing ProbeSocket, _ identifier: UInt16, _ sequence: UInt16, _ token: [UInt8],
        until deadline: Deadline
    ) throws -> Event {
        var buffer = [UInt8](repeating: 0, count: 2048)
        while try socket.wait(for: POLLIN, until: deadline) {
            guard case .success(let count) = socket.receive(into: &buffer) else { continue }
            let bytes = buffer.span.extracting(0..<count)
            guard let header = IPv4Header(bytes), let message = ICMPPacket(bytes, at: header.payload) else { continue }
            if message.type == ICMPPacket.echoReply, message.identifier == identifier, message.sequence == sequence,
                header.source == target, bytes.equal(token, at: message.body)
            {
                return .reply(ttl: header.timeToLive)
            }
            if let quoted = message.quoted, quoted.protocolNumber == ProtocolNumber.icmp,
                quoted.destination == target, let echo = ICMPPacket(bytes, at: quoted.payload),
                echo.type == ICMPPacket.echoRequest, echo.identifier == identifier, echo.sequence == sequence
            {
                return .error(ICMPError(type: message.type, code: message.code, from: header.source))
            }
        }
        return .silence
    }
}
