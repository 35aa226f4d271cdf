import CloudModel
import IPAddressing
import LabPlan
import LabRunner
import Glibc

@main
struct Netlab {
    static func main() throws {
        func ip(_ s: String) -> IPv4Address { IPv4Address(s)! }
        func cidr(_ s: String) -> CIDRBlock { CIDRBlock(s)! }
        let vpc = VPC(
            name: "vpc", cidrBlocks: [cidr("10.0.0.0/16")], internetGateway: InternetGateway(name: "igw"),
            subnets: [
                Subnet(name: "public-a", cidrBlock: cidr("10.0.0.0/24"), routeTable: "rtb-public-a"),
                Subnet(name: "private-a", cidrBlock: cidr("10.0.1.0/24"), routeTable: "rtb-private-a"),
                Subnet(name: "isolated-a", cidrBlock: cidr("10.0.2.0/24"), routeTable: "rtb-isolated-a"),
            ],
            routeTables: [
                RouteTable(name: "rtb-public-a", routes: [Route(destination: .everywhere, target: .internetGateway("igw"))]),
                RouteTable(name: "rtb-private-a", routes: [Route(destination: .everywhere, target: .natGateway("nat-a"))]),
                RouteTable(name: "rtb-isolated-a"),
            ],
            natGateways: [NATGateway(name: "nat-a", subnet: "public-a", privateAddress: ip("10.0.0.5"), elasticIP: ip("203.0.113.11"))],
            securityGroups: [
                SecurityGroup(name: "app", ingress: [SecurityGroupRule(traffic: .tcp(8080...8080), peer: .cidr(cidr("10.0.0.0/16"))), SecurityGroupRule(traffic: .icmp(type: 8, code: nil), peer: .cidr(cidr("10.0.0.0/16")))]),
                SecurityGroup(name: "web", ingress: [SecurityGroupRule(traffic: .tcp(443...443), peer: .cidr(.everywhere)), SecurityGroupRule(traffic: .tcp(22...30), peer: .securityGroup("app"))]),
            ],
            instances: [
                Instance(name: "app", interface: NetworkInterface(subnet: "private-a", privateAddress: ip("10.0.1.10"), securityGroups: ["app"]), listeners: [Listener(kind: .http, port: 8080)]),
                Instance(name: "worker", interface: NetworkInterface(subnet: "private-a", privateAddress: ip("10.0.1.11"), securityGroups: ["app"])),
                Instance(name: "vault", interface: NetworkInterface(subnet: "isolated-a", privateAddress: ip("10.0.2.10"), securityGroups: ["app"])),
                Instance(name: "bastion", interface: NetworkInterface(subnet: "public-a", privateAddress: ip("10.0.0.10"), publicAddress: ip("203.0.113.20"), securityGroups: ["web", "app"]), listeners: [Listener(kind: .http, port: 443)]),
            ])
        let internet = Internet(hosts: [
            InternetHost(name: "mirror", address: ip("198.51.100.10"), listeners: [Listener(kind: .http, port: 80)]),
            InternetHost(name: "scanner", address: ip("198.51.100.66")),
        ])
        let lab = Lab(name: "x", vpcs: [vpc], internet: internet)
        let plan = LabPlan(lab)
        let clock = ContinuousClock()
        let builder = NetworkBuilder(plan, name: "x")
        var t = clock.now
        do {
            let nodes = try builder.makeNamespaces()
            print("ns", clock.now - t); t = clock.now
            try builder.configure(nodes)
            print("conf", clock.now - t)
        } catch { print("\(error)") }
    }
}
