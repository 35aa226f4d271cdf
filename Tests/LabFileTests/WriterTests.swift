import CloudModel
import IPAddressing
import LabFile
import Testing

@Suite("A lab that was written is read as the same lab")
struct WriterTests {
    @Test("the shipped labs", arguments: Fixtures.shippedLabs)
    func shipped(file: String) throws { try roundTrip(try Fixtures.text("labs/\(file)")) }

    @Test("every form of every key", arguments: Fixtures.goodLabs)
    func good(file: String) throws { try roundTrip(try Fixtures.text("Tests/Fixtures/GoodLabs/\(file)")) }

    @Test("what only a description of AWS's own says")
    func described() throws {
        try roundTrip(
            """
            lab: x
            title: "a \\"b\\" \\\\ c: #d"
            public-pool: [203.0.113.0/24, 3.0.0.0/8]
            vpc: { name: vpc-1, cidr: 10.0.0.0/16, zones: [us-east-1a], account: "123456789012", region: us-east-1 }
            internet-gateway: { name: igw-1, route-table: edge }
            virtual-private-gateway: { name: vgw-1, prefixes: [172.16.0.0/16] }
            egress-only-internet-gateways: [eigw-1]
            route-tables:
              edge: { routes: {} }
              main: { main: true, routes: { 172.16.0.0/16: { to: vgw-1, propagated: true }, 172.17.0.0/16: vgw-1 } }
            subnets: { a: { cidr: 10.0.0.0/24, zone: us-east-1a } }
            instances:
              i-0a128d26e59be60f3: { eni: eni-1, subnet: a, address: 10.0.0.9, interfaces: [{ eni: eni-2, subnet: a, address: 10.0.0.10 }] }
            """)
    }

    @Test(
        "a virtual private gateway with its blocks, with BGP, with neither",
        arguments: [
            "vgw", "{ name: vgw, prefixes: [172.16.0.0/16] }", "{ name: vgw, prefixes: [172.16.0.0/16], bgp: true }",
            "{ name: vgw, bgp: false }",
        ])
    func privateGateway(form: String) throws {
        try roundTrip("lab: x\nvpc: { cidr: 10.0.0.0/16 }\nvirtual-private-gateway: \(form)\n")
    }

    @Test("times have a unit")
    func times() throws {
        try roundTrip(
            """
            lab: x
            vpc: { cidr: 10.0.0.0/16, zones: [a] }
            internet-gateway: igw
            subnets: { a: { cidr: 10.0.0.0/24, zone: a, routes: { 0.0.0.0/0: igw } } }
            nat-gateways: { nat: { subnet: a, elastic-ip: 203.0.113.3, idle-timeout: 5s } }
            """)
    }

    private func roundTrip(_ text: String) throws {
        let first = LabFile.read(text, file: "first.yaml")
        let lab = try #require(first.lab, "\(first.rendered)")
        let written = LabFile.write(lab)
        let second = LabFile.read(written, file: "second.yaml")
        let again = try #require(second.lab, "\(second.rendered)\n\(written)")
        #expect(facts(again) == facts(lab), "\(written)")
    }

    /// Everything a model says but where it stands in a file.
    private func facts(_ value: Any) -> [String] {
        if value is Origin { return [] }
        let mirror = Mirror(reflecting: value)
        guard !mirror.children.isEmpty else { return ["\(value)"] }
        return ["\(mirror.subjectType)"] + mirror.children.flatMap { ["\($0.label ?? "-")"] + facts($0.value) }
    }
}
