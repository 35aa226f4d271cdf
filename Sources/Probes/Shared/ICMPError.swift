public import IPAddressing

/// An ICMP message that says a packet did not arrive, and who said so.
public struct ICMPError: Hashable, Sendable, CustomStringConvertible {
    /// 3 for destination unreachable, 11 for time exceeded.
    public let type: UInt8
    public let code: UInt8
    /// The router or host that sent the message. The sender's own address means its own kernel said so, as when
    /// nobody answers ARP.
    public let from: IPv4Address

    public init(type: UInt8, code: UInt8, from: IPv4Address) {
        self.type = type
        self.code = code
        self.from = from
    }

    public var description: String { "ICMP \(type)/\(code) (\(meaning)) from \(from)" }

    private var meaning: String {
        switch (type, code) {
        case (3, 0): "network unreachable"
        case (3, 1): "host unreachable"
        case (3, 2): "protocol unreachable"
        case (3, 3): "port unreachable"
        case (3, 4): "fragmentation needed"
        case (3, 9), (3, 10), (3, 13): "administratively prohibited"
        case (3, _): "unreachable"
        case (11, _): "time exceeded"
        default: "error"
        }
    }
}
