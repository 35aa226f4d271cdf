import Glibc
import IPAddressing
import LinuxSystem
public import Namespaces

/// One HTTP/1.1 request on a connection of its own.
///
/// Equivalent to `ip netns exec NAME curl -sS -i --max-time TIMEOUT http://ADDRESS:PORT/PATH`. Redirects are not
/// followed; any status is a reply.
public struct HTTPProbe: Sendable {
    public typealias Outcome = ProbeOutcome<Reply>

    /// A whole response.
    public struct Reply: Hashable, Sendable {
        public let response: HTTPResponse
        /// From the SYN to the SYN-ACK.
        public let connectTime: Duration

        public var status: Int { response.status }
        /// The source the server says it saw.
        public var seenFrom: SeenFrom? { response.seenFrom }
    }

    public let namespace: NetworkNamespace
    public let target: SocketAddress
    public let method: String
    public let host: String
    public let path: String
    public let headers: [HTTPResponse.Header]
    public let sourcePort: UInt16?
    public let bodyLimit: Int
    public let timeout: Duration
    /// More requests may follow on the same connection.
    var keepsOpen = false

    /// - Parameters:
    ///   - host: the Host header; the target's address if `nil`.
    ///   - timeout: for everything, from the first SYN to the last byte.
    public init(
        from namespace: NetworkNamespace, to target: SocketAddress, method: String = "GET", host: String? = nil,
        path: String = "/", headers: [HTTPResponse.Header] = [], sourcePort: UInt16? = nil, bodyLimit: Int = 1 << 24,
        timeout: Duration = .seconds(2)
    ) {
        self.namespace = namespace
        self.target = target
        self.method = method
        self.host = host ?? (target.port == 80 ? "\(target.address)" : "\(target)")
        self.path = path
        self.headers = headers
        self.sourcePort = sourcePort
        self.bodyLimit = bodyLimit
        self.timeout = timeout
    }

    public func run() throws -> Outcome {
        let socket = try ProbeSocket.keepingErrors(in: namespace, socketStream, sourcePort: sourcePort)
        let deadline = Deadline(in: timeout)
        let watch = Stopwatch()
        let handshake = try socket.handshake(with: target, until: deadline)
        let answer: Outcome.Answer =
            if let failure = handshake.failure {
                .none(failure)
            } else {
                try exchange(on: socket, connectTime: handshake.duration, until: deadline)
            }
        socket.resetOnClose()
        return Outcome(local: handshake.local, duration: watch.elapsed, answer: answer)
    }

    /// One request and its answer on an open connection.
    ///
    /// - Parameter silence: what it means that not one byte comes back.
    func exchange(
        on socket: borrowing ProbeSocket, connectTime: Duration, until deadline: Deadline, silence: NoReply = .stalled
    ) throws -> Outcome.Answer {
        var unsent = Array(requestHead.utf8)[...]
        while !unsent.isEmpty {
            switch socket.send(unsent) {
            case .success(let count): unsent = unsent.dropFirst(count)
            case .failure(let error) where error.errno == EAGAIN:
                guard try socket.wait(for: POLLOUT, until: deadline) else { return .none(.stalled) }
            case .failure(let error): return .none(try broken(socket, error.errno))
            }
        }
        var parser = HTTPResponseParser(bodyLimit: bodyLimit, bodyless: method == "HEAD")
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var hasHeard = false
        while !parser.isComplete {
            guard try socket.wait(for: POLLIN, until: deadline) else { return .none(hasHeard ? .stalled : silence) }
            do {
                switch socket.receive(into: &buffer) {
                case .success(0):
                    guard parser.close() else { return .none(.closedEarly) }
                case .success(let count):
                    hasHeard = true
                    try parser.feed(buffer[..<count])
                case .failure(let error) where error.errno == EAGAIN: continue
                case .failure(let error): return .none(try broken(socket, error.errno))
                }
            } catch let malformed as HTTPResponseParser.Malformed {
                return .none(.malformed("HTTP: \(malformed.reason)"))
            }
        }
        return .reply(Reply(response: parser.response, connectTime: connectTime))
    }

    /// A reset after the handshake is not a refusal: somebody did answer.
    private func broken(_ socket: borrowing ProbeSocket, _ code: Int32) throws -> NoReply {
        switch code {
        case ECONNRESET, EPIPE, ECONNREFUSED: .closedEarly
        default: try socket.reason(for: code)
        }
    }

    private var requestHead: String {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: \(host)", "User-Agent: netlab"]
        if !keepsOpen { lines.append("Connection: close") }
        lines += headers.map { "\($0.name): \($0.value)" }
        // A method that may carry a body says that this one does not.
        if method == "PUT" || method == "POST" { lines.append("Content-Length: 0") }
        return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }
}
