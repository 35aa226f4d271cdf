public import IPAddressing

/// A virtual private gateway: the VPC's end of VPN connections and of Direct Connect. What is behind it is outside the
/// lab, but its blocks are known.
public struct VirtualPrivateGateway: Hashable, Sendable {
    public var name: String
    /// The on-premises blocks reached through it: static routes of its VPN connections, and what it propagated.
    public var prefixes: [CIDRBlock]
    /// Whether it speaks BGP: then it may know more blocks than any description of the VPC says.
    public var learnsRoutes: Bool
    public var origin: Origin

    /// - Parameter learnsRoutes: without it, only a gateway of which no block is known learns them by itself.
    public init(
        name: String, prefixes: [CIDRBlock] = [], learnsRoutes: Bool? = nil, origin: Origin = .none
    ) {
        self.name = name
        self.prefixes = prefixes
        self.learnsRoutes = learnsRoutes ?? prefixes.isEmpty
        self.origin = origin
    }

    /// Whether it takes packets to this address out of the VPC. It has routes of its own, and what none of them fits
    /// is dropped, whatever route table led it here [VPNRoutingTypes].
    public func carries(_ address: IPv4Address) -> Bool {
        learnsRoutes || prefixes.contains { $0.contains(address) }
    }
}
