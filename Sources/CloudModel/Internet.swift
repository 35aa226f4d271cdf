public import IPAddressing

/// What lies outside: the hosts of the Internet and the range from which AWS gives public addresses.
public struct Internet: Hashable, Sendable {
    /// Where Elastic IPs come from; everything in it is routed to the Internet gateways.
    public var publicPool: CIDRBlock
    /// More ranges of that kind: AWS itself gives from dozens.
    public var furtherPools: [CIDRBlock]
    public var hosts: [InternetHost]

    public init(
        publicPool: CIDRBlock = .documentationPool, furtherPools: [CIDRBlock] = [], hosts: [InternetHost] = []
    ) {
        self.publicPool = publicPool
        self.furtherPools = furtherPools
        self.hosts = hosts
    }

    public var pools: [CIDRBlock] { [publicPool] + furtherPools }
    /// Whether AWS gives the address out, to whomever.
    public func isInPool(_ address: IPv4Address) -> Bool { pools.contains { $0.contains(address) } }

    public func host(_ name: String) -> InternetHost? { hosts.first { $0.name == name } }
}

/// A host on the Internet: mirror, scanner, user.
public struct InternetHost: Hashable, Sendable {
    public var name: String
    public var address: IPv4Address
    /// The DNS names that lead to it.
    public var dnsNames: [String]
    public var listeners: [Listener]
    public var origin: Origin

    public init(
        name: String, address: IPv4Address, dnsNames: [String] = [], listeners: [Listener] = [], origin: Origin = .none
    ) {
        self.name = name
        self.address = address
        self.dnsNames = dnsNames
        self.listeners = listeners
        self.origin = origin
    }
}

extension CIDRBlock {
    /// 203.0.113.0/24 (RFC 5737 TEST-NET-3): the lab's Elastic IPs unless the file says otherwise.
    public static let documentationPool = CIDRBlock(containing: IPv4Address(203, 0, 113, 0), prefixLength: 24)
}
