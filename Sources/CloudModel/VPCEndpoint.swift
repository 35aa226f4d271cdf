/// A private way from a VPC to a service of AWS.
public struct VPCEndpoint: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// Reached by a route whose destination is this prefix list; carries TCP and ICMP echo.
        case gateway(prefixList: String)
        /// Network interfaces in subnets, one a zone at most; they answer, and never begin.
        case interface([NetworkInterface])
    }

    public var name: String
    /// `com.amazonaws.us-east-1.s3`.
    public var service: String
    public var kind: Kind
    public var origin: Origin

    public init(name: String, service: String, kind: Kind, origin: Origin = .none) {
        self.name = name
        self.service = service
        self.kind = kind
        self.origin = origin
    }

    /// The interfaces of an interface endpoint; none for a gateway endpoint.
    public var interfaces: [NetworkInterface] {
        if case .interface(let interfaces) = kind { interfaces } else { [] }
    }
}
