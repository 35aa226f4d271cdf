import Glibc
public import IPAddressing
import LinuxSystem
public import Namespaces

/// One question for the IPv4 addresses of a name, by UDP, and by TCP where the answer was cut off.
///
/// Builds and reads its own messages: `getaddrinfo` would ask the resolver of the host's `/etc/resolv.conf`.
/// Equivalent to `ip netns exec NAME dig @SERVER NAME A`.
public struct DNSProbe: Sendable {
    public typealias Outcome = ProbeOutcome<Reply>

    /// The server's answer, whatever it says.
    public struct Reply: Hashable, Sendable {
        /// 0 NOERROR, 2 SERVFAIL, 3 NXDOMAIN, 5 REFUSED.
        public let rcode: Int
        /// At the end of the CNAMEs, in the order they came.
        public let addresses: [IPv4Address]
        public let server: SocketAddress
        public let overTCP: Bool

        /// The code as `dig` prints it.
        public var rcodeName: String {
            let names = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"]
            return names.indices.contains(rcode) ? names[rcode] : "RCODE\(rcode)"
        }
    }

    /// The name cannot be asked for at all.
    public struct BadName: Error, Hashable, CustomStringConvertible {
        public let name: String
        public var description: String { "“\(name)” is not a DNS name" }
    }

    public let namespace: NetworkNamespace
    public let name: String
    public let server: SocketAddress
    public let timeout: Duration
    public let tries: Int

    /// - Parameter timeout: for each try.
    public init(
        from namespace: NetworkNamespace, name: String, server: SocketAddress, timeout: Duration = .milliseconds(700),
        tries: Int = 2
    ) {
        self.namespace = namespace
        self.name = name
        self.server = server
        self.timeout = timeout
        self.tries = tries
    }

    /// Asks one server after the other until one answers with addresses or says that there are none.
    ///
    /// As the C library does, a server that is silent, fails or refuses is passed over. The outcome is the last
    /// server's.
    public static func resolve(
        _ name: String, servers: [SocketAddress], from namespace: NetworkNamespace,
        timeout: Duration = .milliseconds(700), tries: Int = 2
    ) throws -> Outcome {
        var last = Outcome(local: .unspecified, duration: .zero, answer: .none(.network(EDESTADDRREQ)))
        for server in servers {
            last = try DNSProbe(from: namespace, name: name, server: server, timeout: timeout, tries: tries).run()
            if let reply = last.reply, reply.rcode == 0 || reply.rcode == 3 { break }
        }
        return last
    }

    public func run() throws -> Outcome {
        let watch = Stopwatch()
        var local = SocketAddress.unspecified
        var reason = NoReply.timedOut
        for _ in 0..<max(1, tries) {
            // A new identifier and a new port for each try, so that no late or forged answer fits.
            guard let query = DNSMessage.query(name, identifier: .random(in: 0...UInt16.max)) else {
                throw BadName(name: name)
            }
            let socket = try ProbeSocket.keepingErrors(in: namespace, socketDatagram)
            let code = socket.connect(to: server)
            local = try socket.localAddress()
            let answer: Result<DNSMessage, Stop> =
                code == 0 ? try ask(query, on: socket) : .failure(Stop(reason: .network(code)))
            switch answer {
            case .success(let message) where message.isTruncated:
                return try overTCP(query, watch)
            case .success(let message):
                return Outcome(local: local, duration: watch.elapsed, answer: .reply(reply(message, overTCP: false)))
            case .failure(let stop):
                // What the network said once stays the reason if the other tries hear nothing.
                if stop.reason != .timedOut { reason = stop.reason }
            }
        }
        return Outcome(local: local, duration: watch.elapsed, answer: .none(reason))
    }

    private struct Stop: Error { let reason: NoReply }

    private func reply(_ message: DNSMessage, overTCP: Bool) -> Reply {
        Reply(rcode: message.rcode, addresses: message.addresses, server: server, overTCP: overTCP)
    }

    private func ask(_ query: [UInt8], on socket: borrowing ProbeSocket) throws -> Result<DNSMessage, Stop> {
        let deadline = Deadline(in: timeout)
        if case .failure(let error) = socket.send(query[...]) {
            return .failure(Stop(reason: try socket.reason(for: error.errno)))
        }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var reason = NoReply.timedOut
        while try socket.wait(for: POLLIN, until: deadline) {
            switch socket.receive(into: &buffer) {
            case .success(let count):
                do {
                    if let message = try DNSMessage(Array(buffer[..<count]), answering: query) {
                        return .success(message)
                    }
                } catch {
                    // The right answer may still come after a forged one.
                    reason = .malformed("DNS: \(error.reason)")
                }
            case .failure(let error) where error.errno == EAGAIN: continue
            case .failure(let error): return .failure(Stop(reason: try socket.reason(for: error.errno)))
            }
        }
        return .failure(Stop(reason: reason))
    }

    /// RFC 7766: the same message with its length in front.
    private func overTCP(_ query: [UInt8], _ watch: Stopwatch) throws -> Outcome {
        let socket = try ProbeSocket.keepingErrors(in: namespace, socketStream)
        let deadline = Deadline(in: timeout)
        let handshake = try socket.handshake(with: server, until: deadline)
        func outcome(_ answer: Outcome.Answer) -> Outcome {
            Outcome(local: handshake.local, duration: watch.elapsed, answer: answer)
        }
        if let failure = handshake.failure { return outcome(.none(failure)) }
        // A query is far smaller than any send buffer, so it goes at once.
        if case .failure(let error) = socket.send((UInt16(query.count).bigEndianBytes + query)[...]) {
            return outcome(.none(try socket.reason(for: error.errno)))
        }
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_538)
        while try socket.wait(for: POLLIN, until: deadline) {
            switch socket.receive(into: &buffer) {
            case .success(0): return outcome(.none(.closedEarly))
            case .success(let count): received += buffer[..<count]
            case .failure(let error) where error.errno == EAGAIN: continue
            case .failure: return outcome(.none(.closedEarly))
            }
            guard let length = received.span.big16(at: 0), received.count >= 2 + Int(length) else { continue }
            socket.resetOnClose()
            do {
                guard let message = try DNSMessage(Array(received[2..<2 + Int(length)]), answering: query) else {
                    return outcome(.none(.malformed("DNS: answer to another question")))
                }
                return outcome(.reply(reply(message, overTCP: true)))
            } catch {
                return outcome(.none(.malformed("DNS: \(error.reason)")))
            }
        }
        return outcome(.none(.stalled))
    }
}
