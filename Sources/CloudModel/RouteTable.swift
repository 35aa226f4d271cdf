public import IPAddressing

/// A route table. Every table also has the undeletable `local` routes of its VPC, which are not listed here.
public struct RouteTable: Hashable, Sendable {
    public var name: String
    /// Serves every subnet that names no table of its own.
    public var isMain: Bool
    public var routes: [Route]
    public var origin: Origin

    public init(name: String, isMain: Bool = false, routes: [Route] = [], origin: Origin = .none) {
        self.name = name
        self.isMain = isMain
        self.routes = routes
        self.origin = origin
    }
}

/// One line of a route table.
public struct Route: Hashable, Sendable {
    public var destination: CIDRBlock
    public var target: RouteTarget
    /// The prefix list it was written with, of which `destination` is one block. A route to the block itself wins
    /// over it.
    public var prefixList: String?
    /// It came from a virtual private gateway by itself; a route somebody wrote wins over it.
    public var isPropagated: Bool
    public var origin: Origin

    public init(
        destination: CIDRBlock, target: RouteTarget, prefixList: String? = nil, isPropagated: Bool = false,
        origin: Origin = .none
    ) {
        self.destination = destination
        self.target = target
        self.prefixList = prefixList
        self.isPropagated = isPropagated
        self.origin = origin
    }
}

/// Where a route sends packets; the strings are names in the same VPC.
public enum RouteTarget: Hashable, Sendable {
    case internetGateway(String)
    case natGateway(String)
    /// An instance's interface, e.g. a middlebox.
    case instance(String)
    /// A peering connection of the lab.
    case peering(String)
    /// A transit gateway of the lab.
    case transitGateway(String)
    /// A gateway endpoint: S3 or DynamoDB.
    case gatewayEndpoint(String)
    /// A virtual private gateway: whatever is behind it is outside the lab.
    case virtualPrivateGateway(String)
    /// The local route again, for a block inside the VPC.
    case local
    /// The target is gone: packets are dropped.
    case blackhole

    /// The name, or `blackhole`.
    public var name: String {
        switch self {
        case .internetGateway(let name), .natGateway(let name), .instance(let name), .peering(let name),
            .transitGateway(let name), .gatewayEndpoint(let name), .virtualPrivateGateway(let name):
            name
        case .local: "local"
        case .blackhole: "blackhole"
        }
    }
}
