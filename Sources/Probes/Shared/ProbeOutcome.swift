import Glibc

/// What the sender of a probe saw.
public struct ProbeOutcome<Reply: Sendable>: Sendable {
    /// The address and port the probe was sent from; port 0 for ICMP, 0.0.0.0 if the probe never left.
    public let local: SocketAddress
    /// From the first packet to the verdict, on the monotonic clock.
    public let duration: Duration
    /// The reply, or why there was none.
    public let answer: Answer

    public enum Answer: Sendable {
        case reply(Reply)
        case none(NoReply)
    }

    public init(local: SocketAddress, duration: Duration, answer: Answer) {
        self.local = local
        self.duration = duration
        self.answer = answer
    }

    public var reply: Reply? {
        if case .reply(let reply) = answer { reply } else { nil }
    }

    public var noReply: NoReply? {
        if case .none(let reason) = answer { reason } else { nil }
    }

    public var succeeded: Bool { reply != nil }

    /// Not one packet came back: no reset, no ICMP message, nothing.
    public var isSilent: Bool { noReply == .timedOut }
}

extension ProbeOutcome.Answer: Equatable where Reply: Equatable {}
extension ProbeOutcome: Equatable where Reply: Equatable {}

/// Why a probe got no answer. Only `timedOut` is silence.
public enum NoReply: Hashable, Sendable, CustomStringConvertible {
    /// Nothing at all came back in time.
    case timedOut
    /// A TCP reset answered the handshake.
    case refused
    /// An ICMP error came back.
    case unreachable(ICMPError)
    /// The sender's own kernel refused, with this error number: no route, a local firewall.
    case network(Int32)
    /// The other end spoke, but its answer was not complete in time.
    case stalled
    /// The other end closed or reset an open connection before its answer was complete.
    case closedEarly
    /// What came is not the protocol; the words say where it broke.
    case malformed(String)

    public var description: String {
        switch self {
        case .timedOut: "no answer, not even a refusal"
        case .refused: "connection refused (RST)"
        case .unreachable(let error): error.description
        case .network(let code): String(cString: strerror(code))
        case .stalled: "the answer did not come to its end in time"
        case .closedEarly: "the other end closed before its answer was complete"
        case .malformed(let what): "malformed answer: \(what)"
        }
    }
}
