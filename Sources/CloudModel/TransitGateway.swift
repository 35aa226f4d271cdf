public import IPAddressing

/// A transit gateway: a router between VPCs, with tables of its own. It never translates.
public struct TransitGateway: Hashable, Sendable {
    public var name: String
    public var attachments: [TransitGatewayAttachment]
    public var routeTables: [TransitGatewayRouteTable]
    public var origin: Origin

    public init(
        name: String, attachments: [TransitGatewayAttachment] = [], routeTables: [TransitGatewayRouteTable] = [],
        origin: Origin = .none
    ) {
        self.name = name
        self.attachments = attachments
        self.routeTables = routeTables
        self.origin = origin
    }

    public func attachment(_ name: String) -> TransitGatewayAttachment? { attachments.first { $0.name == name } }
    public func routeTable(_ name: String) -> TransitGatewayRouteTable? { routeTables.first { $0.name == name } }

    /// The attachment of a VPC, if it has one.
    public func attachment(ofVPC vpc: String) -> TransitGatewayAttachment? {
        attachments.first { if case .vpc(let name, _) = $0.resource { name == vpc } else { false } }
    }
}

/// What a transit gateway is tied to.
public struct TransitGatewayAttachment: Hashable, Sendable {
    public enum Resource: Hashable, Sendable {
        /// A VPC, with one subnet in each zone that may send to the gateway.
        case vpc(String, subnets: [String])
        /// Another transit gateway, by its name; static routes only.
        case peering(String)
        /// A VPN or a Direct Connect gateway: known to the tables, not reproduced.
        case outside(String)
    }

    public var name: String
    public var resource: Resource
    /// The route table that places packets coming from it; `nil`: they are dropped.
    public var routeTable: String?
    /// What an attachment to the outside announces to the tables it propagates to; a VPC announces its own blocks.
    public var prefixes: [CIDRBlock]
    public var origin: Origin

    public init(
        name: String, resource: Resource, routeTable: String? = nil, prefixes: [CIDRBlock] = [], origin: Origin = .none
    ) {
        self.name = name
        self.resource = resource
        self.routeTable = routeTable
        self.prefixes = prefixes
        self.origin = origin
    }
}

/// A route table of a transit gateway.
public struct TransitGatewayRouteTable: Hashable, Sendable {
    public var name: String
    public var routes: [TransitGatewayRoute]
    /// The attachments whose VPC blocks appear here by themselves; a static route of the same block wins.
    public var propagations: [String]
    public var origin: Origin

    public init(
        name: String, routes: [TransitGatewayRoute] = [], propagations: [String] = [], origin: Origin = .none
    ) {
        self.name = name
        self.routes = routes
        self.propagations = propagations
        self.origin = origin
    }
}

/// A static route of a transit gateway.
public struct TransitGatewayRoute: Hashable, Sendable {
    public var destination: CIDRBlock
    /// The attachment it leads to; `nil` is a blackhole.
    public var attachment: String?
    public var origin: Origin

    public init(destination: CIDRBlock, attachment: String?, origin: Origin = .none) {
        self.destination = destination
        self.attachment = attachment
        self.origin = origin
    }
}
