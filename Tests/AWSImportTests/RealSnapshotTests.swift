import AWSImport
import CloudModel
import IPAddressing
import Testing

@Suite("Folders that AWS itself filled")
struct RealSnapshotTests {
    @Test("every one is a lab, without an error", arguments: Snapshots.real)
    func readable(snapshot: String) throws {
        let imported = AWSImport.read(try Snapshots.files(of: snapshot), name: snapshot)
        #expect(imported.problems.filter { $0.severity == .error } == [], "\(imported.rendered)")
        let lab = try #require(imported.lab)
        #expect(lab.name == snapshot)
        #expect(!lab.vpcs.isEmpty && lab.vpcs.allSatisfy { $0.account == "554773406868" })
        #expect(lab.vpcs.contains { !$0.instances.isEmpty })
    }

    @Test("a NAT gateway, its tables, lists and groups")
    func natGateway() throws {
        let vpc = try #require(try Snapshots.lab("test-nat-gateway").vpcs.first)
        #expect(vpc.name == "vpc-0008a7b45e3ddf1dd" && vpc.region == "us-east-2")
        #expect(vpc.cidrBlocks == [CIDRBlock("10.1.0.0/16")].compactMap { $0 })
        let gateway = try #require(vpc.natGateways.first)
        #expect(gateway.privateAddress == IPv4Address(10, 1, 250, 210))
        #expect(gateway.elasticIP == IPv4Address(3, 135, 127, 225))
        let own = try #require(vpc.subnet("subnet-06f469bcee42e408e"))
        #expect(own.routeTable == "rtb-02fe228b42de92a7c" && own.zone == "us-east-2b")
        #expect(vpc.routeTable(own.routeTable)?.routes.map(\.target) == [.natGateway("nat-07ab4846da51f4612")])
        let rest = try #require(vpc.subnet("subnet-02ff259e663e9613e"))
        #expect(rest.routeTable == "rtb-0e169c4a1e0b27b55" && vpc.routeTable(rest.routeTable)?.isMain == true)
        let list = vpc.networkACL(of: try #require(vpc.subnet(gateway.subnet)))
        #expect(list.name == "acl-0792adae678b88f85")
        #expect(list.ingress.map(\.number) == [100, 200])
        #expect(list.ingress.first?.traffic == .icmp(type: nil, code: nil))
        #expect(list.ingress.first?.block.description == "10.1.1.0/24")
        let group = try #require(vpc.securityGroup("sg-0253af84ae6485905"))
        #expect(group.ingress.map(\.traffic) == [.tcp(22...22), .icmp(type: 8, code: 0)])
        #expect(vpc.instances.count == 3)
        let host = try #require(vpc.instance("i-0b31b509174d7f5de"))
        #expect(host.interface.publicAddress == IPv4Address(18, 216, 129, 140))
    }

    @Test("a network load balancer with its targets")
    func loadBalancer() throws {
        let lab = try Snapshots.lab("test-load-balancer")
        let vpc = try #require(lab.vpcs.first)
        let balancer = try #require(vpc.loadBalancer("test-lb"))
        #expect(balancer.kind == .network && balancer.scheme == .internal && balancer.isCrossZone)
        #expect(balancer.nodes.map(\.name).sorted() == ["test-lb-us-east-2a", "test-lb-us-east-2b"])
        #expect(balancer.listeners.map(\.port) == [80])
        #expect(balancer.listeners.map(\.action) == [.forward(targetGroup: "test-lb-tg")])
        let group = try #require(vpc.targetGroup("test-lb-tg"))
        #expect(group.preservesClientIP && group.targetType == .instance)
        #expect(group.targets.map(\.port) == [22, 22] && group.targets.allSatisfy { $0.health == .healthy })
        #expect(vpc.instances.count == 3, "the load balancer's interfaces are no instances")
    }

    @Test("a gateway endpoint with its prefix list")
    func endpoint() throws {
        let lab = try Snapshots.lab("test-vpc-endpoint-gateway")
        let vpc = try #require(lab.vpcs.first)
        #expect(vpc.region == "us-east-1")
        #expect(vpc.endpoints.map(\.kind) == [.gateway(prefixList: "pl-63a5400a")])
        let routes = vpc.routeTable("rtb-04f71fc2caa8d94cf")?.routes ?? []
        #expect(routes.count == 4 && routes.allSatisfy { $0.prefixList == "pl-63a5400a" })
        #expect(Set(routes.map(\.target)) == [.gatewayEndpoint("vpce-0b7357542bb7b83ec")])
        #expect(lab.prefixLists.map(\.name).contains("pl-63a5400a"))
    }

    @Test("peerings, with the gateways' own blocks and no dissolved ones")
    func peerings() throws {
        let lab = try Snapshots.lab("test-vpc-peering")
        #expect(lab.vpcs.count == 3 && lab.peerings.count == 2)
        #expect(lab.vpcs.allSatisfy { $0.cidrBlocks.count == 1 })
        #expect(lab.peerings.first?.requester == "vpc-0404e08ceddf7f650")
    }

    @Test("a transit gateway: attachments by subnet, tables, propagations")
    func transitGateway() throws {
        let lab = try Snapshots.lab("test-transit-gateway-multi-table")
        let gateway = try #require(lab.transitGateways.first)
        #expect(gateway.name == "tgw-044be4464fcc69aff" && gateway.attachments.count == 2)
        let first = try #require(gateway.attachment(ofVPC: "vpc-0404e08ceddf7f650"))
        #expect(first.routeTable == "tgw-rtb-0fa40c8df355dce6e")
        #expect(first.resource == .vpc("vpc-0404e08ceddf7f650", subnets: ["subnet-006a19c846f047bd7"]))
        #expect(
            gateway.routeTable("tgw-rtb-0fa40c8df355dce6e")?.propagations == ["tgw-attach-0ae2696617bb06fb4"])
    }
}
