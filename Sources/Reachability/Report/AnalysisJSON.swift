import CloudModel
import IPAddressing

/// Analyses in the shape of `aws ec2 describe-network-insights-analyses`; what AWS does not say (the lab file's line,
/// a sentence) stands beside it under names of its own.
public enum AnalysisJSON {
    public static func document(_ analyses: [Analysis]) -> JSONValue {
        .object(["NetworkInsightsAnalyses": list(of: analyses)])
    }

    /// The list alone, for a document that says more.
    public static func list(of analyses: [Analysis]) -> JSONValue { .list(analyses.map(analysis)) }

    private static func analysis(_ analysis: Analysis) -> JSONValue {
        .members([
            ("Status", .text("succeeded")),
            ("NetworkPathFound", .bool(analysis.isReachable)),
            ("ForwardPathComponents", .list(components(analysis.forward))),
            ("ReturnPathComponents", analysis.return.map { .list(components($0)) }),
            ("Explanations", list(analysis.explanations.map(explanation))),
            ("AlternatePathDestinations", list(analysis.alternatives.map { .text("\($0.end.destination)") })),
            ("Disposition", .text(analysis.forward.disposition.rawValue)),
            ("ReturnDisposition", analysis.return.map { .text($0.disposition.rawValue) }),
        ])
    }

    /// An empty list is not written.
    private static func list(_ items: [JSONValue]) -> JSONValue? { items.isEmpty ? nil : .list(items) }

    private static func components(_ path: Path) -> [JSONValue] {
        path.hops.enumerated().map { component(number: $0.offset + 1, $0.element) }
    }

    private static func component(number: Int, _ hop: Hop) -> JSONValue {
        let details = hop.details.map { JSONValue.object(["AdditionalDetailType": .text($0)]) }
        let members: [(String, JSONValue?)] = [
            ("SequenceNumber", .number(number)),
            ("Component", component(hop.component)),
            ("AttachedTo", hop.attachedTo.map(component)),
            ("Subnet", hop.subnet.map(named)),
            ("Vpc", hop.vpc.map(named)),
            ("InboundHeader", hop.outbound == nil ? nil : hop.inbound.map(header)),
            ("OutboundHeader", hop.outbound.map(header)),
            ("AdditionalDetails", list(details)),
            ("Explanations", list(hop.explanations.map(explanation))),
            ("Origin", origin(hop.origin)),
        ]
        return .members(members + rule(hop.rule))
    }

    private static func named(_ name: String) -> JSONValue { .object(["Id": .text(name)]) }

    private static func component(_ component: Component) -> JSONValue {
        .object(["Id": .text(component.id), "Type": .text(component.kind.rawValue)])
    }

    private static func origin(_ origin: Origin) -> JSONValue? {
        origin == .none ? nil : .text("\(origin.file):\(origin.line)")
    }

    private static func explanation(_ explanation: Explanation) -> JSONValue {
        .members([
            ("ExplanationCode", .text(explanation.code.rawValue)),
            ("Component", component(explanation.component)),
            ("Sentence", .text(explanation.sentence)),
            ("Origin", origin(explanation.origin)),
        ])
    }

    private static func header(_ header: PacketHeader) -> JSONValue {
        .members([
            ("Protocol", .text(IPProtocol.name(header.protocolNumber))),
            ("SourceAddresses", .list([.text("\(header.source)/32")])),
            ("DestinationAddresses", .list([.text("\(header.destination)/32")])),
            ("SourcePortRanges", header.hasPorts ? .list([ports(header.sourcePorts)]) : nil),
            ("DestinationPortRanges", header.hasPorts ? .list([ports(header.destinationPorts)]) : nil),
        ])
    }

    private static func ports(_ range: ClosedRange<UInt16>) -> JSONValue {
        .object(["From": .number(Int(range.lowerBound)), "To": .number(Int(range.upperBound))])
    }

    private static func rule(_ rule: HopRule?) -> [(String, JSONValue?)] {
        switch rule {
        case nil: []
        case .acl(let line, let isEgress): [("AclRule", aclRule(line, isEgress))]
        case .securityGroup(let line, let group, _, let isEgress):
            [("SecurityGroupRule", groupRule(line, group, isEgress))]
        case .tracked(let isEgress):
            [("SecurityGroupRule", .object(["Direction": direction(isEgress), "Tracked": .bool(true)]))]
        case .route(let route): [("RouteTableRoute", routeRule(route))]
        case .localRoute(let block):
            [
                (
                    "RouteTableRoute",
                    .object([
                        "DestinationCidr": .text("\(block)"), "GatewayId": .text("local"),
                        "Origin": .text("createroutetable"), "State": .text("active"),
                    ])
                )
            ]
        case .transitGatewayRoute(let route):
            [
                (
                    "TransitGatewayRouteTableRoute",
                    .members([
                        ("DestinationCidr", .text("\(route.destination)")),
                        ("AttachmentId", route.attachment.map { .text($0) }),
                        ("State", .text(route.attachment == nil ? "blackhole" : "active")),
                        ("RouteOrigin", .text("static")),
                    ])
                )
            ]
        case .propagatedRoute(let block, let attachment):
            [
                (
                    "TransitGatewayRouteTableRoute",
                    .object([
                        "DestinationCidr": .text("\(block)"), "AttachmentId": .text(attachment),
                        "State": .text("active"), "RouteOrigin": .text("propagated"),
                    ])
                )
            ]
        case .listener(let listener):
            [
                (
                    "ElasticLoadBalancerListener",
                    .object([
                        "Protocol": .text(listener.transport.rawValue), "LoadBalancerPort": .number(Int(listener.port)),
                    ])
                )
            ]
        case .target(let target, let group):
            [
                (
                    "ElasticLoadBalancerTarget",
                    .object([
                        "TargetGroup": .text(group), "Target": .text(target.destination.words),
                        "Port": .number(Int(target.port)),
                    ])
                )
            ]
        }
    }

    private static func direction(_ isEgress: Bool) -> JSONValue { .text(isEgress ? "egress" : "ingress") }

    private static func aclRule(_ rule: NetworkACLRule?, _ isEgress: Bool) -> JSONValue {
        .members([
            ("Cidr", .text("\(rule?.block ?? .everywhere)")),
            ("Egress", .bool(isEgress)),
            ("Protocol", .text(rule?.traffic.protocolName ?? "all")),
            ("PortRange", rule?.traffic.ports.map(ports)),
            ("RuleAction", .text(rule?.action.rawValue ?? "deny")),
            ("RuleNumber", .number(rule?.number ?? 32_767)),
        ])
    }

    private static func groupRule(_ rule: SecurityGroupRule, _ group: String, _ isEgress: Bool) -> JSONValue {
        var members: [(String, JSONValue?)] = [
            ("Direction", direction(isEgress)),
            ("GroupId", .text(group)),
            ("Protocol", .text(rule.traffic.protocolName)),
            ("PortRange", rule.traffic.ports.map(ports)),
            ("PrefixListId", rule.prefixList.map { .text($0) }),
        ]
        switch rule.peer {
        case .cidr(let block): members.append(("Cidr", .text("\(block)")))
        case .securityGroup(let name): members.append(("SecurityGroupId", .text(name)))
        }
        return .members(members)
    }

    private static func routeRule(_ route: Route) -> JSONValue {
        let key: String
        switch route.target {
        case .internetGateway, .gatewayEndpoint, .virtualPrivateGateway, .local: key = "GatewayId"
        case .natGateway: key = "NatGatewayId"
        case .instance: key = "InstanceId"
        case .peering: key = "VpcPeeringConnectionId"
        case .transitGateway: key = "TransitGatewayId"
        case .blackhole: key = ""
        }
        return .members([
            (
                route.prefixList == nil ? "DestinationCidr" : "DestinationPrefixListId",
                .text(route.prefixList ?? "\(route.destination)")
            ),
            (key.isEmpty ? "GatewayId" : key, key.isEmpty ? nil : .text(route.target.name)),
            ("Origin", .text(route.isPropagated ? "enablevgwroutepropagation" : "createroute")),
            ("State", .text(key.isEmpty ? "blackhole" : "active")),
        ])
    }
}

extension Traffic {
    var protocolName: String {
        switch self {
        case .all: "all"
        case .tcp: "tcp"
        case .udp: "udp"
        case .icmp: "icmp"
        case .protocolNumber(let number): "\(number)"
        }
    }
}
