public import IPAddressing

/// Where a listener sends connections.
public struct TargetGroup: Hashable, Sendable {
    public enum TargetType: String, Hashable, Sendable { case instance, ip }

    public var name: String
    public var transport: LoadBalancerListener.TransportProtocol
    /// The port of a target that names none.
    public var port: UInt16
    public var targetType: TargetType
    public var targets: [Target]
    /// Whether targets see the client's address (network load balancers only). AWS: on for instance targets and for
    /// UDP, off for IP targets over TCP and TLS.
    public var preservesClientIP: Bool
    public var healthCheck: HealthCheck
    public var origin: Origin

    public init(
        name: String, transport: LoadBalancerListener.TransportProtocol, port: UInt16, targetType: TargetType,
        targets: [Target] = [], preservesClientIP: Bool, healthCheck: HealthCheck = HealthCheck(),
        origin: Origin = .none
    ) {
        self.name = name
        self.transport = transport
        self.port = port
        self.targetType = targetType
        self.targets = targets
        self.preservesClientIP = preservesClientIP
        self.healthCheck = healthCheck
        self.origin = origin
    }
}

/// One registered target.
public struct Target: Hashable, Sendable {
    public enum Destination: Hashable, Sendable {
        /// An instance by name: its primary private address.
        case instance(String)
        case address(IPv4Address)
    }
    public enum Health: String, Hashable, Sendable { case healthy, unhealthy, unknown }

    public var destination: Destination
    public var port: UInt16
    /// What a description says of it; a lab that is up asks the target itself.
    public var health: Health
    public var origin: Origin

    public init(destination: Destination, port: UInt16, health: Health = .unknown, origin: Origin = .none) {
        self.destination = destination
        self.port = port
        self.health = health
        self.origin = origin
    }
}

/// How a load balancer finds out which targets are well.
public struct HealthCheck: Hashable, Sendable {
    /// The path of an HTTP check; `nil` checks that a TCP connection opens.
    public var path: String?
    /// Seconds between two checks of one target; AWS's default is 30.
    public var interval: Double
    /// Seconds until a check has failed.
    public var timeout: Double
    /// Successes in a row that make a target healthy.
    public var healthyThreshold: Int
    /// Failures in a row that make it unhealthy.
    public var unhealthyThreshold: Int

    /// Seconds; AWS takes no less [elasticloadbalancing: HealthCheckIntervalSeconds 5–300].
    public static let shortestInterval = 5.0

    public init(
        path: String? = nil, interval: Double = 30, timeout: Double = 5, healthyThreshold: Int = 5,
        unhealthyThreshold: Int = 2
    ) {
        self.path = path
        self.interval = interval
        self.timeout = timeout
        self.healthyThreshold = healthyThreshold
        self.unhealthyThreshold = unhealthyThreshold
    }
}
