/// Everything the background process of one lab needs to know; travels to it as JSON on a descriptor.
public struct ServicePlan: Codable, Equatable, Sendable {
    public var lab: String
    /// Where the access log and the programs' logs go, e.g. `/run/netlab/private-nat`.
    public var stateFolder: String
    /// The folder of the package repository that `apt` sockets serve.
    public var aptRoot: String?
    public var sockets: [AdoptedSocket]
    /// Who the clients of the metadata sockets are.
    public var metadata: [InstanceMetadata]
    public var programs: [Program]
    /// The nodes of load balancers, whose targets it checks.
    public var balancers: [BalancerPlan]
    /// The names of load balancers, whose answers follow the health of their nodes.
    public var balancerNames: [BalancerNames]

    public init(
        lab: String, stateFolder: String, aptRoot: String? = nil, sockets: [AdoptedSocket] = [],
        metadata: [InstanceMetadata] = [], programs: [Program] = [], balancers: [BalancerPlan] = [],
        balancerNames: [BalancerNames] = []
    ) {
        self.lab = lab
        self.stateFolder = stateFolder
        self.aptRoot = aptRoot
        self.sockets = sockets
        self.metadata = metadata
        self.programs = programs
        self.balancers = balancers
        self.balancerNames = balancerNames
    }
}

/// What answers on a socket.
public enum SocketKind: String, Codable, Sendable, CaseIterable {
    /// HTTP that says which source address it saw.
    case http
    /// A TCP greeting with the source address it saw.
    case tcp
    /// Each datagram back, headed by the source address it saw.
    case udp
    /// A Debian package repository over HTTP.
    case apt
    /// The instance metadata service, version 2.
    case metadata
}

/// A bound socket that another process opened inside a namespace and this one inherits by number.
public struct AdoptedSocket: Codable, Equatable, Sendable {
    public var descriptor: Int32
    /// The node of the lab it listens on; answers and the access log name it.
    public var node: String
    public var kind: SocketKind
    public var port: UInt16
    /// Whose instances a metadata socket knows; other kinds ignore it.
    public var vpc: String?

    public init(descriptor: Int32, node: String, kind: SocketKind, port: UInt16, vpc: String? = nil) {
        self.descriptor = descriptor
        self.node = node
        self.kind = kind
        self.port = port
        self.vpc = vpc
    }
}
