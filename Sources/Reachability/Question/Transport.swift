/// What a flow carries.
public enum Transport: Hashable, Sendable, CustomStringConvertible {
    case tcp(port: UInt16)
    case udp(port: UInt16)
    case icmp(type: UInt8, code: UInt8)
    /// Any other protocol by its IP protocol number; no port rule ever matches it.
    case other(UInt8)

    /// What `ping` sends.
    public static let echoRequest = Transport.icmp(type: 8, code: 0)

    /// The IP protocol number.
    public var protocolNumber: UInt8 {
        switch self {
        case .tcp: IPProtocol.tcp
        case .udp: IPProtocol.udp
        case .icmp: IPProtocol.icmp
        case .other(let number): number
        }
    }

    /// The port at the far end, where the protocol has ports.
    public var port: UInt16? {
        switch self {
        case .tcp(let port), .udp(let port): port
        case .icmp, .other: nil
        }
    }

    /// Whether the far end answers packets of this kind: an ICMP message other than an echo request is answered by
    /// nobody.
    public var expectsReply: Bool {
        if case .icmp(let type, _) = self { type == 8 } else { true }
    }

    /// `443/tcp`, `ping`, `icmp 3/4`, `protocol 50`.
    public var description: String {
        switch self {
        case .tcp(let port): "\(port)/tcp"
        case .udp(let port): "\(port)/udp"
        case .icmp(8, 0): "ping"
        case .icmp(let type, let code): "icmp \(type)/\(code)"
        case .other(let number): "protocol \(number)"
        }
    }
}

/// IP protocol numbers that rules speak of by name.
public enum IPProtocol {
    public static let icmp: UInt8 = 1
    public static let tcp: UInt8 = 6
    public static let udp: UInt8 = 17

    /// `tcp`, `udp`, `icmp`, or the number.
    public static func name(_ number: UInt8) -> String {
        switch number {
        case icmp: "icmp"
        case tcp: "tcp"
        case udp: "udp"
        default: "\(number)"
        }
    }
}
