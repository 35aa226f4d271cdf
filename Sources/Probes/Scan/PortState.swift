/// What a scan found out about one port.
public enum PortState: Hashable, Sendable {
    /// A SYN-ACK, a datagram or an echo reply came back.
    case open
    /// A reset came back; for UDP, port unreachable from the host itself.
    case closed
    /// Asked, and nothing came back. For UDP this may also be a service that had nothing to say.
    case filtered
    /// An ICMP error came back. `nmap` calls this `filtered` too.
    case unreachable(type: UInt8, code: UInt8)
    /// Never asked: the sender's kernel refused, or the deadline came first.
    case notProbed
}

extension PortState {
    /// One byte per port: a scan of a /16 must fit in memory.
    init(code: UInt8) {
        switch code {
        case Code.notProbed: self = .notProbed
        case Code.filtered: self = .filtered
        case Code.closed: self = .closed
        case Code.open: self = .open
        default: self = .unreachable(type: code & Code.exceeded == Code.exceeded ? 11 : 3, code: code & 0x0f)
        }
    }

    /// The bytes states are stored as.
    enum Code {
        static let notProbed: UInt8 = 0
        static let filtered: UInt8 = 1
        static let closed: UInt8 = 2
        static let open: UInt8 = 3
        /// Plus the ICMP code: destination unreachable has 16 of them at most.
        static let unreachable: UInt8 = 0x10
        static let exceeded: UInt8 = 0x20

        static func icmp(type: UInt8, code: UInt8) -> UInt8 {
            (type == 3 ? unreachable : exceeded) | min(code, 0x0f)
        }

        static func isAnswered(_ code: UInt8) -> Bool { code > filtered }
    }
}
