public import CloudModel

/// A box or a list of rules of the cloud that a packet meets.
public struct Component: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        case instance
        case task = "ecs-task"
        case container
        case networkInterface = "network-interface"
        case securityGroup = "security-group"
        case networkACL = "network-acl"
        case subnet
        case routeTable = "route-table"
        case vpc
        case internetGateway = "internet-gateway"
        case natGateway = "nat-gateway"
        case peering = "vpc-peering-connection"
        case transitGateway = "transit-gateway"
        case transitGatewayAttachment = "transit-gateway-attachment"
        case transitGatewayRouteTable = "transit-gateway-route-table"
        case virtualPrivateGateway = "vpn-gateway"
        case endpoint = "vpc-endpoint"
        case loadBalancer = "load-balancer"
        case loadBalancerNode = "load-balancer-node"
        case targetGroup = "target-group"
        case internet
        case internetHost = "internet-host"
        /// DNS or instance metadata, which the VPC's router offers.
        case service = "vpc-service"
    }

    public var kind: Kind
    /// Its name in the lab, which is AWS's id in an imported one.
    public var id: String
    public var origin: Origin

    public init(_ kind: Kind, _ id: String, origin: Origin = .none) {
        self.kind = kind
        self.id = id
        self.origin = origin
    }

    public static let internet = Component(.internet, "internet")
}

extension Component.Kind {
    /// As people call it: `NAT gateway`.
    public var words: String {
        switch self {
        case .instance: "instance"
        case .task: "ECS task"
        case .container: "container"
        case .networkInterface: "network interface"
        case .securityGroup: "security group"
        case .networkACL: "network ACL"
        case .subnet: "subnet"
        case .routeTable: "route table"
        case .vpc: "VPC"
        case .internetGateway: "Internet gateway"
        case .natGateway: "NAT gateway"
        case .peering: "peering connection"
        case .transitGateway: "transit gateway"
        case .transitGatewayAttachment: "transit gateway attachment"
        case .transitGatewayRouteTable: "transit gateway route table"
        case .virtualPrivateGateway: "virtual private gateway"
        case .endpoint: "VPC endpoint"
        case .loadBalancer: "load balancer"
        case .loadBalancerNode: "load balancer node"
        case .targetGroup: "target group"
        case .internet: "the Internet"
        case .internetHost: "Internet host"
        case .service: "VPC service"
        }
    }
}
