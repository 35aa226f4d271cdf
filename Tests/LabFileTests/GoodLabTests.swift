import CloudModel
import IPAddressing
import LabFile
import Testing

@Suite("What the format means")
struct GoodLabTests {
    /// The lab of a text that must have no problem at all.
    private func lab(_ text: String) throws -> Lab {
        let reading = LabFile.read(text, file: "good.yaml")
        #expect(reading.rendered == "")
        return try #require(reading.lab)
    }

    private func vpc(_ sections: String) throws -> VPC {
        let lab = try lab("lab: good\nvpc: { cidr: 10.0.0.0/16, zones: [a, b] }\ninternet-gateway: igw\n" + sections)
        return try #require(lab.vpcs.first)
    }

    private func group(_ text: String) throws -> SecurityGroup {
        try #require(try vpc("security-groups:\n  web: {}\n  g: \(text)\n").securityGroup("g"))
    }

    @Test("the least lab has a VPC, a zone and an empty main table")
    func least() throws {
        let lab = try lab("lab: x\nvpc: { cidr: 10.0.0.0/16 }\n")
        let vpc = try #require(lab.vpcs.first)
        #expect(vpc.name == "vpc" && vpc.zones == ["a"] && vpc.internetGateway == nil)
        #expect(vpc.routeTables == [RouteTable(name: "rtb-main", isMain: true)])
        #expect(vpc.resolver == IPv4Address(10, 0, 0, 2))
        #expect(lab.internet.publicPool == .documentationPool)
    }

    @Test("a subnet has its own table, a shared one, or the main one")
    func tables() throws {
        let vpc = try vpc(
            """
            route-tables:
              shared: { routes: { 0.0.0.0/0: igw } }
              base: { main: true, routes: { 192.168.0.0/16: blackhole, 10.0.0.0/16: local } }
            subnets:
              own: { cidr: 10.0.0.0/24, routes: {} }
              with: { cidr: 10.0.1.0/24, zone: b, route-table: shared }
              rest: { cidr: 10.0.2.0/24 }
            """)
        #expect(vpc.subnets.map(\.routeTable) == ["rtb-own", "shared", "base"])
        #expect(vpc.subnets.map(\.zone) == ["a", "b", "a"])
        #expect(vpc.routeTable("shared")?.routes.map(\.target) == [.internetGateway("igw")])
        #expect(vpc.routeTable("base")?.routes.map(\.target) == [.blackhole])
        #expect(vpc.routeTable("rtb-main") == nil)
    }

    @Test("routes lead to gateways and instances by name")
    func targets() throws {
        let vpc = try vpc(
            """
            subnets:
              a: { cidr: 10.0.0.0/24, routes: { 0.0.0.0/0: igw, 10.0.1.0/24: box } }
              b: { cidr: 10.0.1.0/24, routes: { 0.0.0.0/0: nat } }
            nat-gateways: { nat: { subnet: a, elastic-ip: 203.0.113.11 } }
            instances: { box: { subnet: a, source-dest-check: false } }
            """)
        #expect(vpc.routeTable("rtb-a")?.routes.map(\.target) == [.internetGateway("igw"), .instance("box")])
        #expect(vpc.routeTable("rtb-b")?.routes.map(\.target) == [.natGateway("nat")])
    }

    @Test("addresses left out are the lowest free ones, NAT gateways first, around the explicit ones")
    func freeAddresses() throws {
        let vpc = try vpc(
            """
            subnets: { a: { cidr: 10.0.0.0/24, routes: { 0.0.0.0/0: igw } } }
            instances:
              first: { subnet: a }
              fixed: { subnet: a, address: 10.0.0.5 }
              last: { subnet: a }
            nat-gateways: { nat: { subnet: a, elastic-ip: 203.0.113.11 } }
            """)
        #expect(vpc.natGateway("nat")?.privateAddress == IPv4Address(10, 0, 0, 4))
        #expect(vpc.instances.map(\.interface.privateAddress.description) == ["10.0.0.6", "10.0.0.5", "10.0.0.7"])
    }

    @Test("an instance without a group is in the default group, which lets its members in")
    func defaultGroup() throws {
        let vpc = try vpc("subnets: { a: { cidr: 10.0.0.0/24 } }\ninstances: { app: { subnet: a } }\n")
        #expect(vpc.instance("app")?.interface.securityGroups == ["default"])
        let group = try #require(vpc.securityGroup("default"))
        #expect(group.ingress.map(\.peer) == [.securityGroup("default")])
        #expect(group.ingress.map(\.traffic) == [.all])
        #expect(group.egress == [.everything])
        let own = try self.vpc(
            """
            subnets: { a: { cidr: 10.0.0.0/24 } }
            instances: { app: { subnet: a } }
            security-groups: { default: { egress: [] } }
            """)
        #expect(own.securityGroups.count == 1 && own.securityGroup("default")?.egress == [])
    }

    @Test("a task gets a public address if it asks for one, whatever its subnet gives to instances")
    func tasks() throws {
        let text = try Fixtures.text("Tests/Fixtures/GoodLabs/tasks.yaml")
        let vpc = try #require(LabFile.read(text, file: "tasks.yaml").lab?.vpcs.first)
        #expect(vpc.instances.map(\.name) == ["host", "first", "second", "third", "fourth"])
        #expect(vpc.instances.map(\.launch) == [nil, .fargate, .fargate, .fargate, .ec2])
        #expect(
            vpc.instances.map { $0.interface.publicAddress?.description } == [
                "203.0.113.254", "203.0.113.253", nil, "203.0.113.252", nil,
            ])
        #expect(vpc.instances.map { "\($0.interface.privateAddress)" }[2] == "10.0.0.50")
        #expect(vpc.instance("first")?.listeners == [.init(kind: .http, port: 80)])
    }

    @Test("an Elastic IP takes the place of the address that the subnet would assign")
    func elasticIP() throws {
        let vpc = try vpc(
            """
            subnets: { a: { cidr: 10.0.0.0/24, routes: { 0.0.0.0/0: igw }, auto-assign-public-ip: true } }
            instances: { one: { subnet: a }, two: { subnet: a, elastic-ip: 203.0.113.20 } }
            """)
        let addresses = vpc.instances.map(\.interface.publicAddress)
        #expect(addresses == [IPv4Address(203, 0, 113, 254), IPv4Address(203, 0, 113, 20)])
    }

    @Test("a private NAT gateway has no Elastic IP")
    func privateNAT() throws {
        let vpc = try vpc(
            """
            subnets: { a: { cidr: 10.0.0.0/24 } }
            nat-gateways: { nat: { subnet: a, connectivity: private } }
            """)
        #expect(vpc.natGateway("nat")?.elasticIP == nil)
    }

    @Test("egress: left out is everything, an empty list is nothing")
    func egress() throws {
        #expect(try group("{}").egress == [.everything])
        #expect(try group("{ egress: [] }").egress == [])
        #expect(try group("{ egress: all }").egress.map(\.traffic) == [.all])
        #expect(try group("{ egress: { tcp: 443, to: web } }").egress.map(\.peer) == [.securityGroup("web")])
    }

    @Test(
        "kinds of traffic",
        arguments: [
            ("tcp: 8080", [Traffic.tcp(8080...8080)]),
            ("tcp: 8000-8100", [.tcp(8000...8100)]),
            ("tcp: all", [.tcp(1...65_535)]),
            ("tcp: [443, 80, 81]", [.tcp(80...81), .tcp(443...443)]),
            ("udp: 53, tcp: 53", [.tcp(53...53), .udp(53...53)]),
            ("icmp: any", [.icmp(type: nil, code: nil)]),
            ("icmp: echo-request", [.icmp(type: 8, code: nil)]),
            ("icmp: [\"3/4\", 11]", [.icmp(type: 3, code: 4), .icmp(type: 11, code: nil)]),
            ("protocol: 47", [.protocolNumber(47)]),
            ("all: true", [.all]),
        ])
    func traffic(text: String, expected: [Traffic]) throws {
        let group = try group("{ ingress: [{ \(text), from: 10.0.0.0/16 }] }")
        #expect(group.ingress.map(\.traffic) == expected)
    }

    @Test("several peers make several rules")
    func peers() throws {
        let group = try group("{ ingress: [{ tcp: 80, from: [0.0.0.0/0, web], description: users }, all] }")
        #expect(group.ingress.map(\.peer) == [.cidr(.everywhere), .securityGroup("web"), .cidr(.everywhere)])
    }

    @Test("servers have usual ports")
    func servers() throws {
        let lab = try lab(
            """
            lab: x
            vpc: { cidr: 10.0.0.0/16 }
            public-pool: 192.0.2.0/24
            internet:
              a: { address: 198.51.100.1, names: a.example, serves: [apt, { http: 8080 }, { tcp: [22, 25] }, udp, dns] }
              b: { address: 203.0.113.9, serves: { http: 80, udp: 7 } }
              c: { address: 198.51.100.3, serves: http }
            """)
        #expect(
            lab.internet.hosts[0].listeners == [
                Listener(kind: .apt, port: 80), Listener(kind: .http, port: 8080), Listener(kind: .tcp, port: 22),
                Listener(kind: .tcp, port: 25), Listener(kind: .udp, port: 7), Listener(kind: .dns, port: 53),
            ])
        #expect(lab.internet.hosts[1].listeners.map(\.port) == [80, 7])
        #expect(lab.internet.hosts[2].listeners == [Listener(kind: .http, port: 80)])
        #expect(lab.internet.publicPool.description == "192.0.2.0/24")
    }

    @Test("every object knows its place")
    func origins() throws {
        let lab = try lab(
            "lab: x\nvpc: { cidr: 10.0.0.0/16 }\nsubnets:\n  a:\n    cidr: 10.0.0.0/24\n    routes:\n      8.0.0.0/8: blackhole\n"
        )
        #expect(lab.vpcs[0].origin == Origin(file: "good.yaml", line: 2, column: 1))
        #expect(lab.vpcs[0].subnets[0].origin == Origin(file: "good.yaml", line: 4, column: 3))
        #expect(lab.vpcs[0].routeTables.last?.routes[0].origin == Origin(file: "good.yaml", line: 7, column: 7))
    }

    @Test("every form of every key")
    func everyForm() throws {
        let lab = try lab(try Fixtures.text("Tests/Fixtures/GoodLabs/every-form.yaml"))
        #expect(lab.vpcs.first?.name == "main-vpc" && lab.vpcs.first?.cidrBlocks.count == 2)
        #expect(lab.checks.count == 14)
    }

    @Test("a byte order mark and Windows line ends are only dressing")
    func dressing() throws {
        #expect(try lab("\u{FEFF}lab: x\r\nvpc: { cidr: 10.0.0.0/16 }\r\n").name == "x")
    }
}
