/// A peering connection: two VPCs exchange packets between their own blocks, if both have routes to it. It is not
/// transitive, and the other side's gateways cannot be used through it.
public struct VPCPeering: Hashable, Sendable {
    public var name: String
    /// The names of the two VPCs.
    public var requester: String
    public var accepter: String
    public var origin: Origin

    public init(name: String, requester: String, accepter: String, origin: Origin = .none) {
        self.name = name
        self.requester = requester
        self.accepter = accepter
        self.origin = origin
    }

    /// The VPC at the other end; `nil` if `vpc` is at neither.
    public func peer(of vpc: String) -> String? {
        switch vpc {
        case requester: accepter
        case accepter: requester
        default: nil
        }
    }
}
