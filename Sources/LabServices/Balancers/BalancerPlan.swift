/// What the background process must know of one node of a load balancer: whom it may send to, and how it finds out
/// who is well.
public struct BalancerPlan: Codable, Equatable, Sendable {
    /// How the node forwards.
    public enum Kind: Codable, Equatable, Sendable {
        /// Rules in its namespace: each group has a map of slots and the set of the unwell.
        case network
        /// The nginx program of this name, with this configuration.
        case application(program: String, NginxConfiguration)
    }

    /// One target group as this node uses it.
    public struct Group: Codable, Equatable, Sendable {
        public var name: String
        /// The name of the map of slots; empty for an application load balancer.
        public var slots: [String]
        public var targets: [NginxConfiguration.Backend]
        public var check: Check

        public init(name: String, slots: [String] = [], targets: [NginxConfiguration.Backend], check: Check) {
            self.name = name
            self.slots = slots
            self.targets = targets
            self.check = check
        }
    }

    /// A health check; times in seconds.
    public struct Check: Codable, Equatable, Sendable {
        /// `nil` only opens a connection.
        public var path: String?
        public var interval: Double
        public var timeout: Double
        public var healthyThreshold: Int
        public var unhealthyThreshold: Int

        public init(
            path: String?, interval: Double, timeout: Double, healthyThreshold: Int, unhealthyThreshold: Int
        ) {
            self.path = path
            self.interval = interval
            self.timeout = timeout
            self.healthyThreshold = healthyThreshold
            self.unhealthyThreshold = unhealthyThreshold
        }
    }

    /// `web-a`.
    public var node: String
    /// `/run/netns/alb-private.web-a`.
    public var namespacePath: String
    public var kind: Kind
    public var groups: [Group]

    public init(node: String, namespacePath: String, kind: Kind, groups: [Group]) {
        self.node = node
        self.namespacePath = namespacePath
        self.kind = kind
        self.groups = groups
    }
}
