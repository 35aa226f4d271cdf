public import IPAddressing

/// A row or column of the matrix: a node with one address others ask for.
public struct MatrixEnd: Hashable, Sendable {
    public var name: String
    /// What it is asked by inside its cloud; the only address of an Internet host.
    public var address: IPv4Address
    /// What the Internet asks for, if it has one.
    public var publicAddress: IPv4Address?
    public var isOnInternet: Bool
    /// Load balancers, NAT gateways and endpoints are asked and ask nobody.
    public var canBegin: Bool
    /// Where it stands, and the VPCs from which private ways may lead there, its own among them.
    public var vpc: String?
    public var neighborhood: Set<String> = []
    /// The host of a container, and of a host itself.
    public var host: String?
    /// What a container is asked by on its host, `address` being the host's own.
    public var bridgeAddress: IPv4Address?

    /// From the Internet and from VPCs without a private way by its public address, if it has one; a container on its own
    /// host by the one behind `docker0`.
    public func address(askedBy sender: MatrixEnd) -> IPv4Address {
        if sender.isOnInternet { return publicAddress ?? address }
        if let home = sender.vpc, vpc != nil, !neighborhood.contains(home) { return publicAddress ?? address }
        if let bridgeAddress, host == sender.host { return bridgeAddress }
        return address
    }
}

/// What is asked of every pair.
public enum MatrixPort: Hashable, Sendable, CustomStringConvertible {
    case tcp(UInt16)
    case udp(UInt16)
    case ping

    public var transport: Transport {
        switch self {
        case .tcp(let port): .tcp(port: port)
        case .udp(let port): .udp(port: port)
        case .ping: .echoRequest
        }
    }

    /// `443`, `53/udp`, `ping`.
    public var description: String {
        switch self {
        case .tcp(let port): "\(port)"
        case .udp(let port): "\(port)/udp"
        case .ping: "ping"
        }
    }

    /// As `description` writes it, or with `/tcp`; `nil` for anything else.
    public init?(_ text: String) {
        if text == "ping" || text == "icmp" {
            self = .ping
            return
        }
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let port = UInt16(parts[0]) else { return nil }
        switch parts.count == 2 ? parts[1] : "tcp" {
        case "tcp": self = .tcp(port)
        case "udp": self = .udp(port)
        default: return nil
        }
    }
}
