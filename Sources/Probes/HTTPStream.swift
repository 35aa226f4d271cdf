import LinuxSystem
public import Namespaces
import Synchronization

/// An HTTP connection that is kept open between requests.
///
/// Equivalent to `curl` with several URLs of one server, but one may wait as long as one likes in between.
public final class HTTPStream: Sendable {
    private let probe: HTTPProbe
    /// `nil` once it is closed.
    private let socket: Mutex<ProbeSocket?>
    public let local: SocketAddress
    /// How the handshake and the first request came out.
    public let opening: HTTPProbe.Outcome

    /// Connects and asks once.
    ///
    /// - Parameter timeout: For both together.
    public init(
        from namespace: NetworkNamespace, to target: SocketAddress, host: String, timeout: Duration = .seconds(3)
    ) throws {
        var probe = HTTPProbe(from: namespace, to: target, host: host, timeout: timeout)
        probe.keepsOpen = true
        let socket = try ProbeSocket.keepingErrors(in: namespace, socketStream)
        let deadline = Deadline(in: timeout)
        let watch = Stopwatch()
        let handshake = try socket.handshake(with: target, until: deadline)
        let answer: HTTPProbe.Outcome.Answer =
            if let failure = handshake.failure {
                .none(failure)
            } else {
                try probe.exchange(on: socket, connectTime: handshake.duration, until: deadline)
            }
        socket.resetOnClose()
        local = handshake.local
        opening = HTTPProbe.Outcome(local: handshake.local, duration: watch.elapsed, answer: answer)
        self.probe = probe
        self.socket = Mutex(socket)
    }

    /// One more request on the same connection. Nothing at all in time is silence.
    public func ask(within timeout: Duration) throws -> HTTPProbe.Outcome {
        let watch = Stopwatch()
        let answer = try socket.withLock { (socket) throws -> HTTPProbe.Outcome.Answer in
            guard let open = socket.take() else { return .none(.closedEarly) }
            let answer = try probe.exchange(
                on: open, connectTime: .zero, until: Deadline(in: timeout), silence: .timedOut)
            socket = consume open
            return answer
        }
        return HTTPProbe.Outcome(local: local, duration: watch.elapsed, answer: answer)
    }

    /// Ends it with a reset: what was not acknowledged is not sent again.
    public func close() { socket.withLock { $0 = nil } }
}
