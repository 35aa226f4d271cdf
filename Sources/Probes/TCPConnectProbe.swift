import Glibc
import LinuxSystem
public import Namespaces

/// One TCP handshake, ended by a reset so that both ends forget it at once.
///
/// Equivalent to `ip netns exec NAME nc -z -w TIMEOUT ADDRESS PORT`.
public struct TCPConnectProbe: Sendable {
    public typealias Outcome = ProbeOutcome<Connected>

    /// A finished handshake.
    public struct Connected: Hashable, Sendable {
        /// From the SYN to the SYN-ACK.
        public let connectTime: Duration
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
        let socket = try ProbeSocket.keepingErrors(in: namespace, socketStream, sourcePort: sourcePort)
        let attempt = try socket.handshake(with: target, until: Deadline(in: timeout))
        socket.reset()
        let answer: Outcome.Answer =
            switch attempt.failure {
            case .some(let reason): .none(reason)
            case .none: .reply(Connected(connectTime: attempt.duration))
            }
        return Outcome(local: attempt.local, duration: attempt.duration, answer: answer)
    }
}

/// How a TCP handshake went.
struct Handshake {
    let local: SocketAddress
    let duration: Duration
    /// `nil` when connected.
    let failure: NoReply?
}

extension ProbeSocket {
    /// Connects and waits for the verdict.
    func handshake(with target: SocketAddress, until deadline: Deadline) throws -> Handshake {
        let watch = Stopwatch()
        var code = connect(to: target)
        let local = (try? localAddress()) ?? .unspecified
        if code == EINPROGRESS {
            guard try wait(for: POLLOUT, until: deadline) else {
                return Handshake(local: local, duration: watch.elapsed, failure: .timedOut)
            }
            code = try pendingError()
        }
        let duration = watch.elapsed
        if code == 0 { return Handshake(local: local, duration: duration, failure: nil) }
        return Handshake(local: local, duration: duration, failure: try reason(for: code))
    }
}
