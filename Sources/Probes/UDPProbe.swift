import Glibc
import IPAddressing
import LinuxSystem
public import Namespaces

/// One UDP datagram with a random token, which must come back within the answer.
///
/// Answers that lack the token are passed over. Equivalent to `ip netns exec NAME socat - UDP:ADDRESS:PORT` against
/// an echo server.
public struct UDPProbe: Sendable {
    public typealias Outcome = ProbeOutcome<Echo>

    /// An answer that held the token.
    public struct Echo: Hashable, Sendable {
        /// All bytes of the answer.
        public let bytes: [UInt8]
        /// What the far end says it saw, if it is an echo of a lab.
        public let seenFrom: SeenFrom?
        public let roundTrip: Duration
    }

    public let namespace: NetworkNamespace
    public let target: SocketAddress
    public let sourcePort: UInt16?
    public let timeout: Duration

    public init(
        from namespace: NetworkNamespace, to target: SocketAddress, sourcePort: UInt16? = nil,
        timeout: Duration = .seconds(1)
    ) {
        self.namespace = namespace
        self.target = target
        self.sourcePort = sourcePort
        self.timeout = timeout
    }

    public func run() throws -> Outcome {
        let socket = try ProbeSocket.keepingErrors(in: namespace, socketDatagram, sourcePort: sourcePort)
        let deadline = Deadline(in: timeout)
        let watch = Stopwatch()
        let code = socket.connect(to: target)
        let local = try socket.localAddress()
        func outcome(_ answer: Outcome.Answer) -> Outcome {
            Outcome(local: local, duration: watch.elapsed, answer: answer)
        }
        if code != 0 { return outcome(.none(.network(code))) }

        let token = randomToken()
        if case .failure(let error) = socket.send(token[...]) {
            return outcome(.none(try socket.reason(for: error.errno)))
        }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while try socket.wait(for: POLLIN, until: deadline) {
            switch socket.receive(into: &buffer) {
            case .success(let count):
                let bytes = Array(buffer[..<count])
                guard bytes.contains(token) else { continue }
                let echo = Echo(bytes: bytes, seenFrom: SeenFrom(echo: bytes), roundTrip: watch.elapsed)
                return outcome(.reply(echo))
            case .failure(let error) where error.errno == EAGAIN: continue
            case .failure(let error): return outcome(.none(try socket.reason(for: error.errno)))
            }
        }
        return outcome(.none(.timedOut))
    }
}

extension Array where Element == UInt8 {
    /// Whether the bytes stand in here side by side.
    func contains(_ other: [UInt8]) -> Bool {
        guard other.count <= count else { return false }
        return (0...count - other.count).contains { self[$0..<$0 + other.count].elementsEqual(other) }
    }
}
