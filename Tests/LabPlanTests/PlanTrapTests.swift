import CloudModel
import IPAddressing
import KernelObjects
import LabPlan
import Testing

@Suite("Traps that a plan must hold up to")
struct PlanTrapTests {
    private func plan(_ text: String) throws -> LabPlan { LabPlan(try Fixtures.read(text)) }

    private func router(_ text: String) throws -> NodePlan { try #require(try plan(text).node("vpc")) }

    private let oneSubnet = """
        lab: trap
        vpc: { cidr: 10.0.0.0/16 }
        internet-gateway: igw
        subnets: { a: { cidr: 10.0.0.0/24, zone: a, routes: ROUTES } }
        instances: { web: { subnet: a, address: 10.0.0.10 } }
        """

    @Test("a table without routes still has the local route, and its packets end in its own name")
    func noRoute() throws {
        let node = try router(oneSubnet.replacing("ROUTES", with: "{}"))
        let table = try #require(node.rules.first { $0.owner == "route table rtb-a" }).table
        #expect(node.routes.filter { $0.table == table }.map(\.text) == ["throw 10.0.0.0/16 table \(table)"])
        let chain = try #require(node.nft?.chains.first { $0.name == "table-rtb-a" })
        #expect(chain.rules.map(\.text) == ["counter drop comment \"rtb a: no route\""])
        #expect(node.routes.contains { $0.text == "default dev lo table 100" })
        #expect(node.rules.last?.text == "pref 33000 fwmark 0x10000/0x10000 lookup 100")
    }

    @Test("a blackhole route leads to lo, where it is dropped like no route at all, but only for its destination")
    func blackhole() throws {
        let node = try router(oneSubnet.replacing("ROUTES", with: "{ 192.168.0.0/16: blackhole, 0.0.0.0/0: igw }"))
        let routes = node.routes.filter { $0.owner == "route table rtb-a" }.map(\.text)
        #expect(
            routes == [
                "throw 10.0.0.0/16 table 102", "192.168.0.0/16 dev lo table 102",
                "default via 169.254.0.1 dev igw onlink table 102",
            ])
    }

    @Test("a virtual private gateway's route: its blocks leave the lab, all else ends at the gateway")
    func privateGateway() throws {
        let node = try router(
            oneSubnet.replacing(
                "internet-gateway: igw",
                with: "virtual-private-gateway: { name: vgw, prefixes: [172.16.0.0/12, 192.168.7.0/24] }"
            ).replacing("ROUTES", with: "{ 0.0.0.0/0: vgw, 172.16.0.0/16: vgw, 192.168.7.9/32: blackhole }"))
        let chain = try #require(node.nft?.chains.first { $0.name == "table-rtb-a" })
        #expect(
            chain.rules.map(\.text) == [
                "ip daddr 192.168.7.9 counter drop comment \"rtb a: blackhole\"",
                "ip daddr 172.16.0.0/16 counter drop comment \"vgw vgw: outside the lab\"",
                "ip daddr 172.16.0.0/12 counter drop comment \"vgw vgw: outside the lab\"",
                "ip daddr 192.168.7.0/24 counter drop comment \"vgw vgw: outside the lab\"",
                "counter drop comment \"vgw vgw: no route\"", "counter drop comment \"rtb a: no route\"",
            ])
    }

    @Test("the source check drops foreign sources, and is not there when it is off")
    func sourceCheck() throws {
        let text = oneSubnet.replacing("ROUTES", with: "{}")
        let on = try router(text).nft?.chains.first { $0.name == "eni-web" }
        #expect(
            on?.rules.map(\.text) == [
                "ip saddr != 10.0.0.10 counter drop comment \"eni web: source/dest check\"", "goto subnet-a",
            ])
        let off = try router(text.replacing("10.0.0.10", with: "10.0.0.10, source-dest-check: false"))
        #expect(off.nft?.chains.first { $0.name == "eni-web" }?.rules.map(\.text) == ["goto subnet-a"])
    }

    @Test("no Internet gateway: no uplink, no rule for one, and a default route leads nowhere")
    func noGateway() throws {
        let plan = try plan(
            """
            lab: trap
            vpc: { cidr: 10.0.0.0/16 }
            subnets: { a: { cidr: 10.0.0.0/24, zone: a, routes: {} } }
            instances: { web: { subnet: a, address: 10.0.0.10 } }
            """)
        #expect(plan.veths.count == 1)
        #expect(plan.nodes.map(\.name) == ["vpc", "web", "internet"])
    }

    @Test("a whole subnet sent through a middlebox is more specific than the local route")
    func middlebox() throws {
        let node = try router(
            """
            lab: trap
            vpc: { cidr: 10.0.0.0/16 }
            subnets:
              a: { cidr: 10.0.0.0/24, zone: a, routes: { 10.0.1.0/24: box } }
              b: { cidr: 10.0.1.0/24, zone: a, routes: {} }
            instances:
              box: { subnet: a, address: 10.0.0.10, source-dest-check: false }
            """)
        #expect(
            node.routes.filter { $0.owner == "route table rtb-a" }.map(\.text) == [
                "throw 10.0.0.0/16 table 102", "10.0.1.0/24 via 10.0.0.10 dev box onlink table 102",
            ])
    }

    @Test("two VPCs with one and the same range stay apart")
    func twinVPCs() throws {
        let block = CIDRBlock(containing: IPv4Address(10, 0, 0, 0), prefixLength: 16)
        let vpcs = ["x", "y"].map { letter in
            VPC(
                name: "vpc-\(letter)", cidrBlocks: [block], internetGateway: InternetGateway(name: "igw-\(letter)"),
                subnets: [Subnet(name: "a", cidrBlock: block, routeTable: "main")],
                routeTables: [RouteTable(name: "main")], securityGroups: [SecurityGroup(name: "web")],
                instances: [
                    Instance(
                        name: "web-\(letter)",
                        interface: NetworkInterface(
                            subnet: "a", privateAddress: IPv4Address(10, 0, 0, 10),
                            publicAddress: IPv4Address(203, 0, 113, letter == "x" ? 1 : 2), securityGroups: ["web"]))
                ])
        }
        let plan = LabPlan(Lab(name: "twins", vpcs: vpcs))
        let core = try #require(plan.node("internet"))
        // One route for the range they share, one for each public address, one for the rest of the pool.
        #expect(
            core.routes.map(\.text) == [
                "203.0.113.1/32 via 169.254.0.1 dev igw-x onlink", "10.0.0.0/16 via 169.254.0.1 dev igw-x onlink",
                "203.0.113.0/24 via 169.254.0.1 dev igw-x onlink", "203.0.113.2/32 via 169.254.0.5 dev igw-y onlink",
            ])
        for router in [plan.node("vpc-x"), plan.node("vpc-y")] {
            #expect(router?.routes.filter { $0.text.hasPrefix("10.0.0.10/32") }.count == 1)
        }
        for end in plan.veths.flatMap({ [$0.near, $0.far] }) where end.name == "eth0" {
            #expect(end.mac.description == "0e:01:0a:00:00:0a", "an interface's MAC says its private address")
        }
    }

    @Test("an interface with many long groups has an owner that still fits into a comment")
    func longOwner() throws {
        let names = (1...5).map { "group-\($0)-" + String(repeating: "x", count: 55) }
        let groups = names.map { "  \($0): { ingress: [] }" }.joined(separator: "\n")
        let node = try router(
            """
            lab: trap
            vpc: { cidr: 10.0.0.0/16 }
            subnets: { a: { cidr: 10.0.0.0/24, zone: a, routes: {} } }
            security-groups:
            \(groups)
            instances: { web: { subnet: a, address: 10.0.0.10, security-groups: [\(names.joined(separator: ", "))] } }
            """)
        let chain = try #require(node.nft?.chains.first { $0.name == "ingress-web" })
        let owner = try #require(chain.rules.last?.owner)
        #expect(owner == "sg \(names[0])+4 more ingress")
        #expect(chain.rules.count == 6)
    }
}
