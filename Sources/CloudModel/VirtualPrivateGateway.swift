public import IPAddressing

/// A virtual private gateway: the VPC's end of VPN connections and of Direct Connect. What is behind it is outside the
/// lab, but its blocks are known.
public struct VirtualPrivateGateway: Hashable, Sendable {
    public var name: String
    /// The on-premises blocks reached through it: static routes of its VPN connections, and what it propagated.
    public var prefixes: [CIDRBlock]
    public var origin: Origin

    public init(name: String, prefixes: [CIDRBlock] = [], origin: Origin = .none) {
        self.name = name
        self.prefixes = prefixes
        self.origin = origin
    }
}
