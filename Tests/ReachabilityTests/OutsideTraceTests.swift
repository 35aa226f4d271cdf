import CloudModel
import IPAddressing
import Reachability
import Testing

/// Clouds of the outside analyser's conformance suite, built by hand: as much of each as its cases touch.
enum OutsideCloud {
    static func instance(_ name: String, _ subnet: String, _ address: String, publicAddress: String? = nil) -> Instance
    {
        Instance(
            name: name,
            interface: NetworkInterface(
                name: "eni-\(name)", subnet: subnet, privateAddress: ip(address), publicAddress: publicAddress.map(ip),
                securityGroups: ["sg"]))
    }

    static func vpc(_ name: String, _ cidr: String, port: UInt16? = 22) -> VPC {
        var vpc = VPC(name: name, cidrBlocks: [block(cidr)], zones: ["a", "b"])
        let traffic = port.map { Traffic.tcp($0...$0) } ?? .all
        vpc.securityGroups = [
            SecurityGroup(name: "sg", ingress: [SecurityGroupRule(traffic: traffic, peer: .cidr(.everywhere))])
        ]
        return vpc
    }

    static var natGateway: Lab {
        var vpc = vpc("vpc-nat", "10.1.0.0/16", port: nil)
        vpc.internetGateway = InternetGateway(name: "igw-nat")
        vpc.subnets = [
            Subnet(name: "subnet-private", cidrBlock: block("10.1.1.0/24"), routeTable: "rtb-private"),
            Subnet(name: "subnet-public", cidrBlock: block("10.1.250.0/24"), routeTable: "rtb-public"),
        ]
        vpc.routeTables = [
            RouteTable(name: "rtb-private", routes: [Route(destination: .everywhere, target: .natGateway("nat-1"))]),
            RouteTable(
                name: "rtb-public", routes: [Route(destination: .everywhere, target: .internetGateway("igw-nat"))]),
        ]
        vpc.natGateways = [
            NATGateway(
                name: "nat-1", subnet: "subnet-public", privateAddress: ip("10.1.250.210"),
                elasticIP: ip("3.135.127.225"))
        ]
        vpc.instances = [
            instance("i-private", "subnet-private", "10.1.1.98"), instance("i-public", "subnet-public", "10.1.250.116"),
        ]
        return Lab(name: "nat-gateway", vpcs: [vpc])
    }

    static var publicSubnet: Lab {
        var vpc = vpc("vpc-pub", "10.0.0.0/16")
        vpc.internetGateway = InternetGateway(name: "igw-pub")
        vpc.subnets = [Subnet(name: "subnet-pub", cidrBlock: block("10.0.0.0/24"), routeTable: "rtb")]
        vpc.routeTables = [
            RouteTable(name: "rtb", routes: [Route(destination: .everywhere, target: .internetGateway("igw-pub"))])
        ]
        vpc.instances = [instance("i-web", "subnet-pub", "10.0.0.91", publicAddress: "18.216.80.133")]
        return Lab(name: "public-subnet", vpcs: [vpc])
    }

    static var subnet: Lab {
        var vpc = vpc("vpc-sub", "10.10.0.0/16")
        vpc.subnets = [Subnet(name: "subnet-sub", cidrBlock: block("10.10.1.0/24"), routeTable: "rtb")]
        vpc.routeTables = [RouteTable(name: "rtb")]
        vpc.instances = [instance("i-1", "subnet-sub", "10.10.1.228"), instance("i-2", "subnet-sub", "10.10.1.44")]
        return Lab(name: "subnet", vpcs: [vpc])
    }

    /// Two VPCs, joined by a peering connection or a transit gateway whose attachment has no subnet in zone b.
    static func pair(byTransitGateway: Bool) -> Lab {
        let target: RouteTarget = byTransitGateway ? .transitGateway("tgw-1") : .peering("pcx-1")
        var a = vpc("vpc-a", "10.10.0.0/16")
        a.subnets = [
            Subnet(name: "subnet-a", cidrBlock: block("10.10.10.0/24"), zone: "a", routeTable: "rtb-a"),
            Subnet(name: "subnet-a2", cidrBlock: block("10.10.20.0/24"), zone: "b", routeTable: "rtb-a"),
        ]
        a.routeTables = [
            RouteTable(name: "rtb-a", routes: [Route(destination: block("192.168.1.0/24"), target: target)])
        ]
        a.instances = [instance("i-a", "subnet-a", "10.10.10.157"), instance("i-a2", "subnet-a2", "10.10.20.154")]
        var b = vpc("vpc-b", "192.168.0.0/16")
        b.subnets = [Subnet(name: "subnet-b", cidrBlock: block("192.168.1.0/24"), zone: "a", routeTable: "rtb-b")]
        b.routeTables = [RouteTable(name: "rtb-b", routes: [Route(destination: block("10.10.0.0/16"), target: target)])]
        b.instances = [instance("i-b", "subnet-b", "192.168.1.106")]
        var lab = Lab(name: "pair", vpcs: [a, b])
        if byTransitGateway {
            lab.transitGateways = [
                TransitGateway(
                    name: "tgw-1",
                    attachments: [
                        TransitGatewayAttachment(
                            name: "at-a", resource: .vpc("vpc-a", subnets: ["subnet-a"]), routeTable: "rt"),
                        TransitGatewayAttachment(
                            name: "at-b", resource: .vpc("vpc-b", subnets: ["subnet-b"]), routeTable: "rt"),
                    ], routeTables: [TransitGatewayRouteTable(name: "rt", propagations: ["at-a", "at-b"])])
            ]
        } else {
            lab.peerings = [VPCPeering(name: "pcx-1", requester: "vpc-a", accepter: "vpc-b")]
        }
        return lab
    }

    static var loadBalancer: Lab {
        var vpc = vpc("vpc-lb", "10.1.0.0/16", port: nil)
        vpc.subnets = [
            Subnet(name: "subnet-client", cidrBlock: block("10.1.250.0/24"), zone: "a", routeTable: "rtb"),
            Subnet(name: "subnet-b", cidrBlock: block("10.1.1.0/24"), zone: "b", routeTable: "rtb"),
            Subnet(name: "subnet-a", cidrBlock: block("10.1.20.0/24"), zone: "a", routeTable: "rtb"),
        ]
        vpc.routeTables = [RouteTable(name: "rtb")]
        vpc.instances = [
            instance("i-client", "subnet-client", "10.1.250.112"), instance("i-server", "subnet-a", "10.1.20.95"),
        ]
        func node(_ name: String, _ subnet: String, _ zone: String, _ address: String) -> LoadBalancerNode {
            LoadBalancerNode(
                name: name, zone: zone, interface: NetworkInterface(subnet: subnet, privateAddress: ip(address)))
        }
        vpc.loadBalancers = [
            LoadBalancer(
                name: "test-lb", kind: .network, scheme: .internal,
                nodes: [node("lb-b", "subnet-b", "b", "10.1.1.237"), node("lb-a", "subnet-a", "a", "10.1.20.123")],
                isCrossZone: true,
                listeners: [LoadBalancerListener(transport: .tcp, port: 80, action: .forward(targetGroup: "tg"))],
                dnsName: "test-lb.elb.amazonaws.com")
        ]
        vpc.targetGroups = [
            TargetGroup(
                name: "tg", transport: .tcp, port: 22, targetType: .instance,
                targets: [Target(destination: .instance("i-server"), port: 22)], preservesClientIP: true)
        ]
        return Lab(name: "load-balancer", vpcs: [vpc])
    }
}

@Suite("Traces as an outside analyser draws them")
struct OutsideTraceTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let id: String
        let lab: @Sendable () -> Lab
        let flow: Flow
        let disposition: Disposition
        let path: [String]
        var reverse: [String]?
        var code: ExplanationCode?
        var testDescription: String { id }
    }

    private static func flow(_ from: Flow.Source, _ to: String, _ transport: Transport = .other(0)) -> Flow {
        Flow(from: from, to: .address(ip(to)), transport)
    }

    private static let outside = Flow.Source.internet(ip("8.8.8.8"))
    private static let lbB = "b-test-lb.elb.amazonaws.com"
    private static let lbA = "a-test-lb.elb.amazonaws.com"

    static let cases = [
        Case(
            id: "B01", lab: { OutsideCloud.natGateway }, flow: flow(.node("i-private"), "8.8.8.8", .tcp(port: 80)),
            disposition: .exitsNetwork,
            path: [
                "i-private", "subnet-private", "vpc-nat", "nat-1", "subnet-public", "vpc-nat", "igw-nat", "isp_16509",
                "internet",
            ],
            reverse: [
                "internet", "isp_16509", "igw-nat", "vpc-nat", "subnet-public", "nat-1", "vpc-nat", "subnet-private",
                "i-private",
            ]),
        Case(
            id: "B02", lab: { OutsideCloud.natGateway }, flow: flow(.node("i-private"), "8.8.8.8", .other(107)),
            disposition: .deniedIn, path: ["i-private", "subnet-private", "vpc-nat", "nat-1"],
            code: .protocolRestriction),
        Case(
            id: "B03", lab: { OutsideCloud.natGateway }, flow: flow(outside, "3.135.127.225", .tcp(port: 80)),
            disposition: .deniedIn,
            path: ["internet", "isp_16509", "igw-nat", "vpc-nat", "subnet-public", "nat-1"],
            code: .ngwRequiresSourceInVPC),
        Case(
            id: "B04", lab: { OutsideCloud.natGateway }, flow: flow(.node("i-public"), "10.1.250.210", .tcp(port: 80)),
            disposition: .deniedIn, path: ["i-public", "nat-1"], code: .ngwDestAddressPreservation),
        Case(
            id: "B05", lab: { OutsideCloud.publicSubnet }, flow: flow(outside, "18.216.80.133", .tcp(port: 80)),
            disposition: .deniedIn,
            path: ["internet", "isp_16509", "igw-pub", "vpc-pub", "subnet-pub", "i-web"], code: .eniSGRulesMismatch),
        Case(
            id: "B06", lab: { OutsideCloud.publicSubnet }, flow: flow(outside, "54.191.107.23"),
            disposition: .nullRouted, path: ["internet", "isp_16509"]),
        Case(
            id: "B07", lab: { OutsideCloud.publicSubnet }, flow: flow(outside, "10.0.0.91"), disposition: .nullRouted,
            path: ["internet"], code: .igwExpectsPublicAddress),
        Case(
            id: "B08", lab: { OutsideCloud.publicSubnet }, flow: flow(outside, "192.18.0.8"),
            disposition: .exitsNetwork, path: ["internet"]),
        Case(
            id: "B09", lab: { OutsideCloud.publicSubnet }, flow: flow(.node("i-web"), "8.8.8.8"),
            disposition: .exitsNetwork, path: ["i-web", "subnet-pub", "vpc-pub", "igw-pub", "isp_16509", "internet"]),
        Case(
            id: "B10", lab: { OutsideCloud.publicSubnet },
            flow: flow(.subnetRouter("subnet-pub", source: ip("10.0.0.92")), "8.8.8.8", .tcp(port: 80)),
            disposition: .deniedIn, path: ["subnet-pub", "vpc-pub", "igw-pub"], code: .igwPublicIPAssociationForEgress),
        Case(
            id: "B23", lab: { OutsideCloud.subnet }, flow: flow(.node("i-1"), "10.10.1.44"), disposition: .deniedIn,
            path: ["i-1", "i-2"], code: .eniSGRulesMismatch),
        Case(
            id: "B24", lab: { OutsideCloud.subnet }, flow: flow(.node("i-1"), "10.10.0.1"), disposition: .nullRouted,
            path: ["i-1", "subnet-sub", "vpc-sub"], code: .noPossibleDestination),
        Case(
            id: "B25", lab: { OutsideCloud.subnet },
            flow: flow(.vpcRouter("vpc-sub", source: ip("0.0.0.0")), "10.10.1.44"), disposition: .deniedIn,
            path: ["vpc-sub", "subnet-sub", "i-2"], code: .eniSGRulesMismatch),
        Case(
            id: "B26", lab: { OutsideCloud.loadBalancer }, flow: flow(.node("i-client"), "10.1.1.237", .tcp(port: 80)),
            disposition: .accepted,
            path: [
                "i-client", "subnet-client", "vpc-lb", "subnet-b", lbB, "subnet-b", "vpc-lb", "subnet-a", "i-server",
            ],
            reverse: [
                "i-server", "subnet-a", "vpc-lb", "subnet-b", lbB, "subnet-b", "vpc-lb", "subnet-client", "i-client",
            ]),
        Case(
            id: "B27", lab: { OutsideCloud.loadBalancer }, flow: flow(.node("i-client"), "10.1.20.123", .tcp(port: 80)),
            disposition: .accepted,
            path: ["i-client", "subnet-client", "vpc-lb", "subnet-a", lbA, "subnet-a", "i-server"],
            reverse: ["i-server", "subnet-a", lbA, "subnet-a", "vpc-lb", "subnet-client", "i-client"]),
        Case(
            id: "B30", lab: { OutsideCloud.loadBalancer }, flow: flow(.node("i-client"), "10.1.1.237", .tcp(port: 81)),
            disposition: .deniedIn, path: ["i-client", "subnet-client", "vpc-lb", "subnet-b", lbB],
            code: .elbv2ListenersMismatch),
        Case(
            id: "B32", lab: { OutsideCloud.pair(byTransitGateway: false) }, flow: flow(.node("i-a"), "192.168.1.106"),
            disposition: .deniedIn, path: ["i-a", "subnet-a", "vpc-a", "vpc-b", "subnet-b", "i-b"],
            code: .eniSGRulesMismatch),
        Case(
            id: "B34", lab: { OutsideCloud.pair(byTransitGateway: false) }, flow: flow(.node("i-a"), "192.168.100.1"),
            disposition: .noRoute, path: ["i-a", "subnet-a"], code: .noRouteToDestination),
        Case(
            id: "B35", lab: { OutsideCloud.pair(byTransitGateway: false) }, flow: flow(.node("i-b"), "10.10.100.1"),
            disposition: .nullRouted, path: ["i-b", "subnet-b", "vpc-b", "vpc-a"], code: .noPossibleDestination),
        Case(
            id: "B36", lab: { OutsideCloud.pair(byTransitGateway: false) }, flow: flow(.node("i-b"), "10.10.10.11"),
            disposition: .neighborUnreachable, path: ["i-b", "subnet-b", "vpc-b", "vpc-a", "subnet-a"],
            code: .noPossibleDestination),
        Case(
            id: "B39", lab: { OutsideCloud.pair(byTransitGateway: true) }, flow: flow(.node("i-a"), "192.168.1.106"),
            disposition: .deniedIn, path: ["i-a", "subnet-a", "vpc-a", "tgw-1", "vpc-b", "subnet-b", "i-b"],
            code: .eniSGRulesMismatch),
        Case(
            id: "B41", lab: { OutsideCloud.pair(byTransitGateway: true) }, flow: flow(.node("i-a2"), "192.168.1.106"),
            disposition: .nullRouted, path: ["i-a2", "subnet-a2"], code: .tgwRouteAZRestriction),
        Case(
            id: "B42", lab: { OutsideCloud.pair(byTransitGateway: true) }, flow: flow(.node("i-b"), "10.10.20.154"),
            disposition: .deniedIn, path: ["i-b", "subnet-b", "vpc-b", "tgw-1", "vpc-a", "subnet-a2", "i-a2"],
            code: .eniSGRulesMismatch),
    ]

    @Test(arguments: cases) func trace(_ example: Case) {
        let index = ReachabilityIndex(example.lab())
        let analysis = index.explain(example.flow)
        let trace = OutsideTrace(analysis.forward, of: index)
        #expect(trace.disposition == example.disposition)
        #expect(trace.nodes == example.path)
        if let reverse = example.reverse {
            #expect(analysis.return.map { OutsideTrace($0, of: index).nodes } == reverse)
        }
        if let code = example.code { #expect(analysis.code == code) }
    }
}
