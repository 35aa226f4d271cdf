public import IPAddressing

/// A virtual private cloud: an address range, its zones and everything in it.
public struct VPC: Hashable, Sendable {
    public var name: String
    /// The first is the primary block; the resolver lives at its base + 2.
    public var cidrBlocks: [CIDRBlock]
    /// Zone letters, `a`, `b`, or AWS's whole names, `us-east-1a`.
    public var zones: [String]
    /// Twelve digits, and `us-east-1`; empty where nobody said. Only a description of AWS's own says them.
    public var account: String
    public var region: String
    public var internetGateway: InternetGateway?
    /// The way to what is on premises, if one is attached.
    public var virtualPrivateGateway: VirtualPrivateGateway?
    /// They carry IPv6 only, which the lab has not: known by name, never used.
    public var egressOnlyInternetGateways: [String]
    public var subnets: [Subnet]
    public var routeTables: [RouteTable]
    public var natGateways: [NATGateway]
    public var securityGroups: [SecurityGroup]
    /// Without a default one, everything passes.
    public var networkACLs: [NetworkACL]
    public var instances: [Instance]
    public var loadBalancers: [LoadBalancer]
    public var targetGroups: [TargetGroup]
    public var endpoints: [VPCEndpoint]
    public var origin: Origin

    public init(
        name: String, cidrBlocks: [CIDRBlock], zones: [String] = ["a"], account: String = "", region: String = "",
        internetGateway: InternetGateway? = nil, virtualPrivateGateway: VirtualPrivateGateway? = nil,
        egressOnlyInternetGateways: [String] = [], subnets: [Subnet] = [], routeTables: [RouteTable] = [],
        natGateways: [NATGateway] = [],
        securityGroups: [SecurityGroup] = [], networkACLs: [NetworkACL] = [], instances: [Instance] = [],
        loadBalancers: [LoadBalancer] = [], targetGroups: [TargetGroup] = [], endpoints: [VPCEndpoint] = [],
        origin: Origin = .none
    ) {
        self.name = name
        self.cidrBlocks = cidrBlocks
        self.zones = zones
        self.account = account
        self.region = region
        self.internetGateway = internetGateway
        self.virtualPrivateGateway = virtualPrivateGateway
        self.egressOnlyInternetGateways = egressOnlyInternetGateways
        self.subnets = subnets
        self.routeTables = routeTables
        self.natGateways = natGateways
        self.securityGroups = securityGroups
        self.networkACLs = networkACLs
        self.instances = instances
        self.loadBalancers = loadBalancers
        self.targetGroups = targetGroups
        self.endpoints = endpoints
        self.origin = origin
    }

    /// Whether the address belongs to one of the VPC's blocks.
    public func contains(_ address: IPv4Address) -> Bool { cidrBlocks.contains { $0.contains(address) } }
    public func subnet(_ name: String) -> Subnet? { subnets.first { $0.name == name } }
    public func routeTable(_ name: String) -> RouteTable? { routeTables.first { $0.name == name } }
    public func natGateway(_ name: String) -> NATGateway? { natGateways.first { $0.name == name } }
    public func securityGroup(_ name: String) -> SecurityGroup? { securityGroups.first { $0.name == name } }
    public func instance(_ name: String) -> Instance? { instances.first { $0.name == name } }
    public func loadBalancer(_ name: String) -> LoadBalancer? { loadBalancers.first { $0.name == name } }
    public func targetGroup(_ name: String) -> TargetGroup? { targetGroups.first { $0.name == name } }
    public func endpoint(_ name: String) -> VPCEndpoint? { endpoints.first { $0.name == name } }

    /// The list that guards a subnet: its own, or the VPC's default, or AWS's that lets everything through.
    public func networkACL(of subnet: Subnet) -> NetworkACL {
        networkACLs.first { $0.name == subnet.networkACL }
            ?? networkACLs.first(where: \.isDefault) ?? .allowingEverything()
    }

    /// The VPC's DNS server: base of the primary block plus two.
    public var resolver: IPv4Address? { cidrBlocks.first.map { $0.base + 2 } }

    /// Whether the subnet's table has a route to the Internet gateway: AWS's definition of a public subnet.
    public func isPublic(_ subnet: Subnet) -> Bool {
        routeTable(subnet.routeTable)?.routes.contains {
            if case .internetGateway = $0.target { true } else { false }
        } ?? false
    }
}
