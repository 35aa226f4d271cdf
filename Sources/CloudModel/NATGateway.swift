public import IPAddressing

/// A zonal NAT gateway: an interface in a subnet that translates to its own private address.
public struct NATGateway: Hashable, Sendable {
    public var name: String
    public var subnet: String
    public var privateAddress: IPv4Address
    /// The Elastic IP the Internet gateway gives it; `nil` for a private NAT gateway.
    public var elasticIP: IPv4Address?
    /// The author put it in a subnet without a route to an Internet gateway on purpose (no warning).
    public var isMisplacedOnPurpose: Bool
    /// Seconds of silence after which a flow is forgotten: AWS's 350, or fewer in a lab that has no time to wait.
    public var idleTimeout: Int
    public var origin: Origin

    public init(
        name: String, subnet: String, privateAddress: IPv4Address, elasticIP: IPv4Address?,
        isMisplacedOnPurpose: Bool = false, idleTimeout: Int = NATGateway.idleTimeout, origin: Origin = .none
    ) {
        self.name = name
        self.subnet = subnet
        self.privateAddress = privateAddress
        self.elasticIP = elasticIP
        self.isMisplacedOnPurpose = isMisplacedOnPurpose
        self.idleTimeout = idleTimeout
        self.origin = origin
    }

    /// Seconds; it cannot be configured in AWS.
    public static let idleTimeout = 350
}
