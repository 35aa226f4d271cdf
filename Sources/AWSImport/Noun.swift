/// The kinds of things AWS describes, by the top-level key of the command that prints them.
enum Noun: String, CaseIterable {
    case vpcs = "Vpcs"
    case dhcpOptions = "DhcpOptions"
    case subnets = "Subnets"
    case routeTables = "RouteTables"
    case internetGateways = "InternetGateways"
    case egressOnlyInternetGateways = "EgressOnlyInternetGateways"
    case natGateways = "NatGateways"
    case networkInterfaces = "NetworkInterfaces"
    case reservations = "Reservations"
    /// Those of the reservations.
    case instances = "Instances"
    case addresses = "Addresses"
    case securityGroups = "SecurityGroups"
    /// One record a rule, as `describe-security-group-rules` prints them.
    case securityGroupRules = "SecurityGroupRules"
    /// Groups that a second VPC may use.
    case securityGroupVPCAssociations = "SecurityGroupVpcAssociations"
    case networkACLs = "NetworkAcls"
    case peerings = "VpcPeeringConnections"
    case prefixLists = "PrefixLists"
    case prefixListEntries = "ManagedPrefixListEntries"
    case endpoints = "VpcEndpoints"
    case transitGateways = "TransitGateways"
    case transitGatewayAttachments = "TransitGatewayAttachments"
    case transitGatewayVPCAttachments = "TransitGatewayVpcAttachments"
    case transitGatewayPeeringAttachments = "TransitGatewayPeeringAttachments"
    case transitGatewayRouteTables = "TransitGatewayRouteTables"
    case transitGatewayPropagations = "TransitGatewayPropagations"
    case transitGatewayStaticRoutes = "TransitGatewayStaticRoutes"
    case loadBalancers = "LoadBalancers"
    case loadBalancerListeners = "LoadBalancerListeners"
    case listeners = "Listeners"
    case listenerRules = "LoadBalancerRules"
    case loadBalancerAttributes = "LoadBalancerAttributes"
    case targetGroups = "TargetGroups"
    case targetGroupAttributes = "TargetGroupAttributes"
    case targetHealth = "LoadBalancerTargetHealth"
    case classicLoadBalancers = "LoadBalancerDescriptions"
    case vpnGateways = "VpnGateways"
    case vpnConnections = "VpnConnections"
    case customerGateways = "CustomerGateways"
    case directConnectGateways = "DirectConnectGateways"
    case directConnectGatewayAssociations = "DirectConnectGatewayAssociations"
    case directConnectGatewayAttachments = "DirectConnectGatewayAttachments"
    case virtualInterfaces = "VirtualInterfaces"
    case databases = "DBInstances"
    case searchDomains = "DomainStatusList"

    /// The Direct Connect commands print keys that begin with a small letter, the others with a capital.
    init?(topLevelKey key: String) {
        guard let noun = Self.byKey[key.lowercased()] else { return nil }
        self = noun
    }

    private static let byKey = Dictionary(
        allCases.map { ($0.rawValue.lowercased(), $0) }
            + [
                ("directconnectvirtualinterfaces", .virtualInterfaces),
                ("vpcpeeringconnection", .peerings), ("internetgateway", .internetGateways),
            ], uniquingKeysWith: { first, _ in first })

    /// The keys that tell two of a kind apart.
    var idKeys: [String] {
        switch self {
        case .vpcs: ["VpcId"]
        case .dhcpOptions: ["DhcpOptionsId"]
        case .subnets: ["SubnetId"]
        case .routeTables: ["RouteTableId"]
        case .internetGateways: ["InternetGatewayId"]
        case .egressOnlyInternetGateways: ["EgressOnlyInternetGatewayId"]
        case .natGateways: ["NatGatewayId"]
        case .networkInterfaces: ["NetworkInterfaceId"]
        case .reservations: []
        case .instances: ["InstanceId"]
        case .addresses: ["PublicIp"]
        case .securityGroups: ["GroupId"]
        case .securityGroupRules: ["SecurityGroupRuleId"]
        case .securityGroupVPCAssociations: ["GroupId", "VpcId"]
        case .networkACLs: ["NetworkAclId"]
        case .peerings: ["VpcPeeringConnectionId"]
        case .prefixLists, .prefixListEntries: ["PrefixListId"]
        case .endpoints: ["VpcEndpointId"]
        case .transitGateways: ["TransitGatewayId"]
        // A peering has one id and is an attachment of two gateways.
        case .transitGatewayAttachments: ["TransitGatewayAttachmentId", "TransitGatewayId"]
        case .transitGatewayVPCAttachments, .transitGatewayPeeringAttachments: ["TransitGatewayAttachmentId"]
        case .transitGatewayRouteTables, .transitGatewayPropagations, .transitGatewayStaticRoutes:
            ["TransitGatewayRouteTableId"]
        case .loadBalancers, .loadBalancerAttributes: ["LoadBalancerArn"]
        case .loadBalancerListeners: []
        case .listeners, .listenerRules: ["ListenerArn"]
        case .targetGroups, .targetGroupAttributes, .targetHealth: ["TargetGroupArn"]
        case .classicLoadBalancers: ["LoadBalancerName"]
        case .vpnGateways: ["VpnGatewayId"]
        case .vpnConnections: ["VpnConnectionId"]
        case .customerGateways: ["CustomerGatewayId"]
        case .directConnectGateways: ["directConnectGatewayId"]
        case .directConnectGatewayAssociations: ["directConnectGatewayId", "associationId"]
        case .directConnectGatewayAttachments: ["directConnectGatewayId", "virtualInterfaceId"]
        case .virtualInterfaces: ["virtualInterfaceId"]
        case .databases: ["DBInstanceIdentifier"]
        case .searchDomains: ["DomainName"]
        }
    }

    /// It is named to the user and has no part in the lab.
    var isOnlyNamed: Bool {
        switch self {
        case .customerGateways, .directConnectGateways, .directConnectGatewayAssociations,
            .directConnectGatewayAttachments, .virtualInterfaces, .databases, .searchDomains, .classicLoadBalancers:
            true
        default: false
        }
    }

    /// Answers that do not name what they belong to, and how to wrap them so that they do.
    static let wrappers = [
        "TargetHealthDescriptions":
            #"{ "LoadBalancerTargetHealth": [ { "TargetGroupArn": "…", "TargetHealthDescriptions": […] } ] }"#,
        "Attributes": #"{ "LoadBalancerAttributes": [ { "LoadBalancerArn": "…", "Attributes": […] } ] }"#,
        "Rules": #"{ "LoadBalancerRules": [ { "ListenerArn": "…", "Rules": […] } ] }"#,
        "TransitGatewayRouteTablePropagations":
            #"{ "TransitGatewayPropagations": [ { "TransitGatewayRouteTableId": "…", "TransitGatewayRouteTablePropagations": […] } ] }"#,
        "Routes":
            #"{ "TransitGatewayStaticRoutes": [ { "TransitGatewayRouteTableId": "…", "Routes": […] } ] }"#,
        "Entries": #"{ "ManagedPrefixListEntries": [ { "PrefixListId": "…", "Entries": […] } ] }"#,
    ]

    /// What a folder of descriptions also holds, and no packet depends on.
    static func carriesNoPackets(_ key: String) -> Bool {
        let quiet: Set<String> = [
            "AvailabilityZones", "Tags", "TagDescriptions", "InstanceStatuses",
            "ServiceDetails", "ServiceNames", "FlowLogs", "ResponseMetadata", "KeyPairs", "Volumes", "Snapshots",
            "Images", "AccountAttributes", "Regions", "ClassicLinkInstances",
            "LaunchTemplates", "PlacementGroups", "Hosts", "SpotInstanceRequests",
            "ReservedInstances", "ElasticsearchDomains", "connections", "lags", "locations", "DBSubnetGroups",
            "DBClusters", "DomainNames",
        ]
        return quiet.contains(key)
    }
}
