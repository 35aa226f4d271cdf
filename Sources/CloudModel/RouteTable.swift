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
    public var origin: Origin

    public init(destination: CIDRBlock, target: RouteTarget, origin: Origin = .none) {
        self.destination = destination
        self.target = target
        self.origin = origin
    }
}

/// Where a route sends packets; the strings are names in the same VPC.
public enum RouteTarget: Hashable, Sendable {
    case internetGateway(String)
    case natGateway(String)
    /// An instance's interface, e.g. a middlebox.
    case instance(String)
    /// The target is gone: packets are dropped.
    case blackhole

    /// The name, or `blackhole`.
    public var name: String {
        switch self {
        case .internetGateway(let name), .natGateway(let name), .instance(let name): name
        case .blackhole: "blackhole"
        }
    }
}
