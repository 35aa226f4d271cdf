import CloudModel
import Cost
import Foundation
import IPAddressing
import LabFile
import Testing

@Suite("What a lab costs")
struct BillTests {
    private let prices: PriceTable

    init() throws { prices = try PriceTable.usEast1() }

    private func lab(_ sections: String) throws -> Lab {
        let text = "lab: bill\nvpc: { cidr: 10.0.0.0/16, zones: [a, b] }\ninternet-gateway: igw\n" + sections
        return try #require(LabFile.read(text, file: "bill.yaml").lab)
    }

    private let oneGateway = """
        subnets:
          public-a: { cidr: 10.0.0.0/24, zone: a, routes: { 0.0.0.0/0: igw } }
        nat-gateways:
          nat-a: { subnet: public-a, elastic-ip: 203.0.113.11 }
        """

    @Test("the price table says of every price where and when it was read")
    func sources() {
        #expect(Set(prices.prices.keys) == Set(PriceTable.Item.allCases))
        for (item, price) in prices.prices {
            #expect(
                price.source.contains("202") || price.source.contains("not verified") || item.rawValue.hasSuffix("GB"))
            #expect(!price.source.isEmpty && !price.unit.isEmpty && price.amount > 0)
        }
    }

    @Test("a month of one NAT gateway is 32.85, and 3.65 for its address")
    func month() throws {
        let bill = Bill(try lab(oneGateway), hours: 730, prices: prices)
        #expect(bill.lines.map(\.item) == [.natGatewayHour, .publicIPv4Hour])
        #expect(bill.lines.map(\.amount) == [Decimal(string: "32.85"), Decimal(string: "3.65")])
        #expect(bill.total == Decimal(string: "36.5"))
    }

    @Test("data through the NAT gateway costs 0.045 a GB, and more again to leave for the Internet")
    func data() throws {
        let traffic = BilledTraffic(throughNATGateway: ["nat-a": 100], toInternet: 10)
        let bill = Bill(try lab(oneGateway), hours: 0, traffic: traffic, prices: prices)
        #expect(bill.lines.map(\.item) == [.natGatewayGB, .internetOutGB])
        #expect(bill.total == Decimal(string: "5.4"))
    }

    @Test("an empty VPC costs nothing: Internet gateways, groups and ACLs are free")
    func free() throws {
        let bill = Bill(try lab("subnets: { s: { cidr: 10.0.0.0/24 } }"), hours: 730, prices: prices)
        #expect(bill.lines.isEmpty && bill.total == 0)
    }

    @Test("every public address is billed: instances', gateways', balancers'")
    func addresses() throws {
        var lab = try lab(
            oneGateway + """

                security-groups: { g: {} }
                instances:
                  web: { subnet: public-a, elastic-ip: 203.0.113.20, security-groups: [g] }
                  app: { subnet: public-a, security-groups: [g] }
                """)
        let node = LoadBalancerNode(
            name: "alb-a", zone: "a",
            interface: NetworkInterface(
                subnet: "public-a", privateAddress: IPv4Address(10, 0, 0, 99),
                publicAddress: IPv4Address(203, 0, 113, 31)))
        lab.vpcs[0].loadBalancers = [
            LoadBalancer(
                name: "alb", kind: .application, scheme: .internetFacing, nodes: [node], isCrossZone: true)
        ]
        let bill = Bill(lab, hours: 1, prices: prices)
        let addresses = try #require(bill.lines.first { $0.item == .publicIPv4Hour })
        #expect(addresses.quantity == 3 && addresses.what == "3 public IPv4 addresses")
        #expect(bill.lines.contains { $0.item == .applicationLoadBalancerHour && $0.what == "alb" })
    }

    @Test("C33 is refuted: ten tasks a zone before a NAT gateway costs no more, and data never pays")
    func claim33() {
        let comparison = EgressComparison(hours: 730, prices: prices)
        #expect(comparison.breakEven() == 10)
        #expect(!comparison.isNATGatewayCheaperForOneTask)
        #expect(comparison.publicAddresses(tasks: 9) < comparison.natGateway(gigabytes: 0))
        #expect(comparison.publicAddresses(tasks: 10) == comparison.natGateway(gigabytes: 0))
        #expect(comparison.breakEven(gigabytes: 1000) == 23)
    }

    @Test("a price table without a price is refused, and says which")
    func missing() {
        let json = #"{"region":"r","currency":"USD","read":"2026-01-01","prices":{}}"#
        #expect(throws: PriceTableError(missing: PriceTable.Item.allCases)) { try PriceTable(json: Array(json.utf8)) }
    }
}
