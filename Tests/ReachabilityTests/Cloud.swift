import CloudModel
import IPAddressing

/// A cloud with one of everything, in which all is well; tests break one thing each.
///
/// `home` has an Internet gateway, a NAT gateway, endpoints and load balancers; `peer` is peered with it; `far` hangs
/// on the same transit gateway; `remote` hangs on another one, peered with the first.
enum Cloud {
    static var lab: Lab {
        var lab = Lab(name: "cloud")
        lab.vpcs = [home, other("peer", 1), other("far", 2), other("remote", 3)]
        lab.peerings = [VPCPeering(name: "pcx", requester: "home", accepter: "peer")]
        lab.transitGateways = [transitGateway, remoteTransitGateway]
        lab.prefixLists = [PrefixList(name: "pl-s3", service: "s3", blocks: [block("52.216.0.0/15")])]
        lab.internet.hosts = [
            InternetHost(name: "user", address: ip("198.51.100.70")),
            InternetHost(name: "server", address: ip("198.51.100.40"), dnsNames: ["server.example"]),
        ]
        return lab
    }

    /// Everything passes to whoever is in the group.
    static let open = SecurityGroup(
        name: "open", ingress: [SecurityGroupRule(traffic: .all, peer: .cidr(.everywhere))])

    static func instance(
        _ name: String, _ subnet: String, _ address: String, publicAddress: String? = nil, groups: [String] = ["open"]
    ) -> Instance {
        Instance(
            name: name,
            interface: NetworkInterface(
                subnet: subnet, privateAddress: ip(address), publicAddress: publicAddress.map(ip),
                securityGroups: groups))
    }

    private static var home: VPC {
        var vpc = VPC(name: "home", cidrBlocks: [block("10.0.0.0/16")], zones: ["a", "b"])
        vpc.internetGateway = InternetGateway(name: "igw")
        vpc.subnets = [
            Subnet(name: "public", cidrBlock: block("10.0.0.0/24"), zone: "a", routeTable: "rtb-public"),
            Subnet(name: "private", cidrBlock: block("10.0.1.0/24"), zone: "a", routeTable: "rtb-private"),
            Subnet(name: "private-b", cidrBlock: block("10.0.2.0/24"), zone: "b", routeTable: "rtb-private"),
            Subnet(name: "closed", cidrBlock: block("10.0.3.0/24"), zone: "a", routeTable: "rtb-closed"),
        ]
        let elsewhere = [
            Route(destination: block("10.1.0.0/16"), target: .peering("pcx")),
            Route(destination: block("10.2.0.0/16"), target: .transitGateway("tgw")),
            Route(destination: block("10.3.0.0/16"), target: .transitGateway("tgw")),
            Route(destination: block("52.216.0.0/15"), target: .gatewayEndpoint("vpce-s3"), prefixList: "pl-s3"),
        ]
        vpc.routeTables = [
            RouteTable(
                name: "rtb-public",
                routes: [Route(destination: .everywhere, target: .internetGateway("igw"))] + elsewhere),
            RouteTable(
                name: "rtb-private", routes: [Route(destination: .everywhere, target: .natGateway("nat"))] + elsewhere),
            RouteTable(name: "rtb-closed"),
        ]
        vpc.natGateways = [
            NATGateway(
                name: "nat", subnet: "public", privateAddress: ip("10.0.0.5"), elasticIP: ip("203.0.113.5"))
        ]
        vpc.securityGroups = [
            open, SecurityGroup(name: "clients", ingress: []),
            SecurityGroup(
                name: "web",
                ingress: [
                    SecurityGroupRule(traffic: .tcp(443...443), peer: .cidr(.everywhere)),
                    SecurityGroupRule(traffic: .tcp(8080...8090), peer: .securityGroup("clients")),
                    SecurityGroupRule(traffic: .icmp(type: 8, code: nil), peer: .cidr(block("10.0.0.0/8"))),
                ]),
        ]
        vpc.instances = [
            instance("web", "public", "10.0.0.20", publicAddress: "203.0.113.20", groups: ["web"]),
            instance("client", "public", "10.0.0.21", publicAddress: "203.0.113.21", groups: ["clients"]),
            instance("bare", "public", "10.0.0.22"),
            instance("app", "private", "10.0.1.10"),
            instance("app-b", "private-b", "10.0.2.10"),
            instance("closed", "closed", "10.0.3.10"),
        ]
        vpc.endpoints = [
            VPCEndpoint(name: "vpce-s3", service: "s3", kind: .gateway(prefixList: "pl-s3")),
            VPCEndpoint(
                name: "vpce-sqs", service: "sqs",
                kind: .interface([
                    NetworkInterface(
                        name: "eni-sqs", subnet: "private", privateAddress: ip("10.0.1.99"), securityGroups: ["web"])
                ])),
        ]
        addLoadBalancers(to: &vpc)
        return vpc
    }

    private static func addLoadBalancers(to vpc: inout VPC) {
        func node(_ name: String, _ subnet: String, _ zone: String, _ address: String) -> LoadBalancerNode {
            LoadBalancerNode(
                name: name, zone: zone,
                interface: NetworkInterface(subnet: subnet, privateAddress: ip(address), sourceDestinationCheck: false))
        }
        vpc.loadBalancers = [
            LoadBalancer(
                name: "nlb", kind: .network, scheme: .internal,
                nodes: [node("nlb-a", "private", "a", "10.0.1.50"), node("nlb-b", "private-b", "b", "10.0.2.50")],
                isCrossZone: false,
                listeners: [LoadBalancerListener(transport: .tcp, port: 80, action: .forward(targetGroup: "apps"))]),
            LoadBalancer(
                name: "alb", kind: .application, scheme: .internal,
                nodes: [node("alb-a", "private", "a", "10.0.1.60"), node("alb-b", "private-b", "b", "10.0.2.60")],
                securityGroups: ["web"], isCrossZone: true,
                listeners: [
                    LoadBalancerListener(transport: .https, port: 443, action: .forward(targetGroup: "apps")),
                    LoadBalancerListener(transport: .http, port: 80, action: .redirectToHTTPS(port: 443)),
                ]),
        ]
        vpc.targetGroups = [
            TargetGroup(
                name: "apps", transport: .tcp, port: 8080, targetType: .instance,
                targets: [
                    Target(destination: .instance("app"), port: 8080),
                    Target(destination: .instance("app-b"), port: 8080),
                ], preservesClientIP: true)
        ]
    }

    /// A VPC of one subnet in zone a, with a host `host-NAME` at .10 and a way back to `home`.
    private static func other(_ name: String, _ number: UInt8) -> VPC {
        var vpc = VPC(name: name, cidrBlocks: [CIDRBlock(containing: IPv4Address(10, number, 0, 0), prefixLength: 16)])
        vpc.subnets = [
            Subnet(
                name: "subnet-\(name)",
                cidrBlock: CIDRBlock(containing: IPv4Address(10, number, 1, 0), prefixLength: 24),
                zone: "a", routeTable: "rtb-\(name)")
        ]
        let target: RouteTarget =
            switch name {
            case "peer": .peering("pcx")
            case "far": .transitGateway("tgw")
            default: .transitGateway("tgw-remote")
            }
        vpc.routeTables = [
            RouteTable(name: "rtb-\(name)", routes: [Route(destination: block("10.0.0.0/16"), target: target)])
        ]
        vpc.securityGroups = [SecurityGroup(name: "open-\(name)", ingress: open.ingress)]
        vpc.instances = [instance("host-\(name)", "subnet-\(name)", "10.\(number).1.10", groups: ["open-\(name)"])]
        return vpc
    }

    private static var transitGateway: TransitGateway {
        TransitGateway(
            name: "tgw",
            attachments: [
                TransitGatewayAttachment(
                    name: "at-home", resource: .vpc("home", subnets: ["private"]), routeTable: "tgw-rtb"),
                TransitGatewayAttachment(
                    name: "at-far", resource: .vpc("far", subnets: ["subnet-far"]), routeTable: "tgw-rtb"),
                TransitGatewayAttachment(name: "at-remote", resource: .peering("tgw-remote"), routeTable: "tgw-rtb"),
            ],
            routeTables: [
                TransitGatewayRouteTable(
                    name: "tgw-rtb",
                    routes: [TransitGatewayRoute(destination: block("10.3.0.0/16"), attachment: "at-remote")],
                    propagations: ["at-home", "at-far"])
            ])
    }

    private static var remoteTransitGateway: TransitGateway {
        TransitGateway(
            name: "tgw-remote",
            attachments: [
                TransitGatewayAttachment(
                    name: "rt-vpc", resource: .vpc("remote", subnets: ["subnet-remote"]), routeTable: "rt-rtb"),
                TransitGatewayAttachment(name: "rt-peer", resource: .peering("tgw"), routeTable: "rt-rtb"),
            ],
            routeTables: [
                TransitGatewayRouteTable(
                    name: "rt-rtb",
                    routes: [TransitGatewayRoute(destination: block("10.0.0.0/16"), attachment: "rt-peer")],
                    propagations: ["rt-vpc"])
            ])
    }
}
