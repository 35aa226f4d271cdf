public import CloudModel
public import IPAddressing

/// One station of a packet, with what was decided there.
public struct Hop: Hashable, Sendable {
    public var component: Component
    /// What it is fastened to: an interface to its instance.
    public var attachedTo: Component?
    public var subnet: String?
    public var vpc: String?
    /// The line that decided.
    public var rule: HopRule?
    /// The header as it came, where this station changes it.
    public var inbound: PacketHeader?
    /// The header as it left, where this station changes it.
    public var outbound: PacketHeader?
    /// Why it ended here.
    public var explanations: [Explanation]
    /// What one should know although it passed.
    public var details: [String]

    public init(
        _ component: Component, attachedTo: Component? = nil, subnet: String? = nil, vpc: String? = nil,
        rule: HopRule? = nil, inbound: PacketHeader? = nil, outbound: PacketHeader? = nil,
        explanations: [Explanation] = [], details: [String] = []
    ) {
        self.component = component
        self.attachedTo = attachedTo
        self.subnet = subnet
        self.vpc = vpc
        self.rule = rule
        self.inbound = inbound
        self.outbound = outbound
        self.explanations = explanations
        self.details = details
    }

    /// Where the decision stands in the user's file: the rule's line, else the component's.
    public var origin: Origin {
        if let origin = rule?.origin, origin != .none { return origin }
        return component.origin
    }
}

/// The line of a table or list that decided.
public enum HopRule: Hashable, Sendable {
    /// `nil` is AWS's last line, `*`, which denies.
    case acl(NetworkACLRule?, isEgress: Bool)
    case securityGroup(SecurityGroupRule, group: String, index: Int, isEgress: Bool)
    /// The reply of a flow that the group has let through.
    case tracked(isEgress: Bool)
    case route(Route)
    /// The route every table has.
    case localRoute(CIDRBlock)
    case transitGatewayRoute(TransitGatewayRoute)
    /// A route that came from an attachment.
    case propagatedRoute(CIDRBlock, attachment: String)
    case listener(LoadBalancerListener)
    case target(Target, group: String)

    public var origin: Origin {
        switch self {
        case .acl(let rule, _): rule?.origin ?? .none
        case .securityGroup(let rule, _, _, _): rule.origin
        case .tracked, .localRoute, .propagatedRoute: .none
        case .route(let route): route.origin
        case .transitGatewayRoute(let route): route.origin
        case .listener(let listener): listener.origin
        case .target(let target, _): target.origin
        }
    }
}
