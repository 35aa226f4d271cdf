import IPAddressing
import Nftables
import Testing

@testable import Tracing

@Suite("Flow logs") struct FlowTests {
    static let app = FlowInterface(
        node: "app", id: "eni-app", address: IPv4Address(10, 0, 1, 5), vpc: "vpc-main", subnet: "subnet-private",
        instance: "i-app", zone: "use1-az1", checksSource: true)
    static let nat = FlowInterface(
        node: "nat-a", id: "eni-nat-a", address: IPv4Address(10, 0, 0, 220), vpc: "vpc-main", subnet: "subnet-public",
        instance: nil, zone: "use1-az1", checksSource: false)
    static let server = IPv4Address(203, 0, 113, 5)
    static let seconds: Int64 = 1_418_530_010

    static func hop(
        _ source: IPv4Address, _ destination: IPv4Address, from: String, to: String,
        _ outcome: LiveHop.Outcome = .forwarded, number: UInt8 = 6, flags: UInt8 = 2, length: Int = 60
    ) -> LiveHop {
        var packet = PacketHeader(source: source, destination: destination, protocolNumber: number, length: length)
        if number == 6 { (packet.sourcePort, packet.destinationPort, packet.tcpFlags) = (20641, 22, flags) }
        return LiveHop(
            node: "vpc", role: "VPC router", input: .init(name: from, peer: from), output: .init(name: to, peer: to),
            before: packet, after: packet, rules: [], isKnownFlow: false, route: nil, outcome: outcome)
    }

    private func aggregator() -> FlowAggregator {
        FlowAggregator(
            interfaces: [Self.app, Self.nat], unlogged: [IPv4Address(10, 0, 0, 2)], start: Self.seconds - 10)
    }

    private func lines(_ hops: [LiveHop], _ format: String = "v2") throws -> [String] {
        var aggregator = aggregator()
        for hop in hops { aggregator.add(hop, time: Self.seconds * 1_000_000_000) }
        let format = try FlowFormat(format)
        return aggregator.close(at: Self.seconds + 50).filter { $0.status == .ok }.map { $0.line(format) }
    }

    @Test("the default format, field by field") func version2() throws {
        let syn = Self.hop(Self.app.address, Self.server, from: "app", to: "igw", length: 60)
        let ack = Self.hop(Self.app.address, Self.server, from: "app", to: "igw", flags: 16, length: 52)
        #expect(
            try lines([syn, ack]) == [
                "2 123456789012 eni-app 10.0.1.5 203.0.113.5 20641 22 6 2 112 1418530010 1418530010 ACCEPT OK"
            ])
        #expect(
            FlowFormat.version2.header
                == "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end "
                + "action log-status")
        #expect(try FlowFormat("v2") == .version2)
    }

    @Test("AWS's own example of a NAT gateway: four records, each with both addresses") func natOracle() throws {
        let (app, nat, server) = (Self.app.address, Self.nat.address, Self.server)
        let hops = [
            Self.hop(app, server, from: "app", to: "nat-a"), Self.hop(nat, server, from: "nat-a", to: "igw"),
            Self.hop(server, nat, from: "igw", to: "nat-a"), Self.hop(server, app, from: "nat-a", to: "app"),
        ]
        let format = "instance-id interface-id srcaddr dstaddr pkt-srcaddr pkt-dstaddr"
        let seen = try lines(hops, format).filter { $0.contains("eni-nat-a") }
        #expect(
            Set(seen) == [
                "- eni-nat-a 10.0.1.5 10.0.0.220 10.0.1.5 203.0.113.5",
                "- eni-nat-a 10.0.0.220 203.0.113.5 10.0.0.220 203.0.113.5",
                "- eni-nat-a 203.0.113.5 10.0.0.220 203.0.113.5 10.0.0.220",
                "- eni-nat-a 10.0.0.220 10.0.1.5 203.0.113.5 10.0.1.5",
            ])
        // The instance's own: two.
        #expect(try lines(hops, format).filter { $0.contains("eni-app") }.count == 2)
    }

    @Test("AWS's own example of ping: the group lets it in, the ACL keeps the answer") func pingOracle() throws {
        let far = IPv4Address(203, 0, 113, 12)
        let hops = [
            Self.hop(far, Self.app.address, from: "igw", to: "app", number: 1, length: 84),
            Self.hop(
                Self.app.address, far, from: "app", to: "lo", .dropped(owner: "acl private egress *"), number: 1,
                length: 84),
        ]
        #expect(
            Set(try lines(hops)) == [
                "2 123456789012 eni-app 203.0.113.12 10.0.1.5 0 0 1 1 84 1418530010 1418530010 ACCEPT OK",
                "2 123456789012 eni-app 10.0.1.5 203.0.113.12 0 0 1 1 84 1418530010 1418530010 REJECT OK",
            ])
    }

    @Test(
        "who rejects",
        arguments: [
            ("sg app egress", "REJECT", nil), ("sg web+admin ingress", "ACCEPT", "REJECT"),
            ("acl private ingress *", "ACCEPT", "REJECT"), ("acl private egress rule 90", "REJECT", nil),
            ("rtb private-a: no route", "ACCEPT", nil), ("eni app: source/dest check", nil, nil),
        ] as [(String, String?, String?)])
    func actions(owner: String, egress: String?, ingress: String?) throws {
        let hop = Self.hop(Self.app.address, Self.nat.address, from: "app", to: "nat-a", .dropped(owner: owner))
        let found = try lines([hop], "interface-id action flow-direction")
        let expected = [egress.map { "eni-app \($0) egress" }, ingress.map { "eni-nat-a \($0) ingress" }]
        #expect(Set(found) == Set(expected.compactMap { $0 }))
    }

    @Test(
        "tcp-flags: FIN 1, SYN 2, RST 4, SYN-ACK 18, ACK alone nothing",
        arguments: [([2], 2), ([18], 18), ([16], 0), ([24, 17], 1), ([2, 16, 17], 3), ([18, 17], 19), ([20], 4)]
            as [([UInt8], Int)])
    func flags(packets: [UInt8], sum: Int) throws {
        let hops = packets.map { Self.hop(Self.app.address, Self.server, from: "app", to: "igw", flags: $0) }
        #expect(try lines(hops, "tcp-flags") == ["\(sum)"])
    }

    @Test("nothing seen is NODATA, too much is SKIPDATA") func noData() {
        var aggregator = aggregator()
        aggregator.add(
            Self.hop(Self.app.address, Self.server, from: "app", to: "igw"), time: Self.seconds * 1_000_000_000)
        let first = aggregator.close(at: Self.seconds + 50).map { $0.line(.version2) }
        #expect(first.count == 2)
        #expect(first[1] == "2 123456789012 eni-nat-a - - - - - - - 1418530000 1418530060 - NODATA")
        aggregator.noteLoss()
        let second = aggregator.close(at: Self.seconds + 110).map { $0.line(.version2) }
        #expect(
            second == [
                "2 123456789012 eni-app - - - - - - - 1418530060 1418530120 - SKIPDATA",
                "2 123456789012 eni-nat-a - - - - - - - 1418530060 1418530120 - SKIPDATA",
            ])
    }

    @Test("DNS, metadata and the router are not logged; a foreign source is not the interface's") func unlogged() throws
    {
        #expect(try lines([Self.hop(Self.app.address, IPv4Address(10, 0, 0, 2), from: "app", to: "lo")]) == [])
        #expect(
            try lines([
                Self.hop(
                    IPv4Address(1, 2, 3, 4), Self.server, from: "app", to: "igw",
                    .dropped(owner: "eni app: source/dest check"))
            ]) == [])
    }

    @Test("all fields: 42, versions rise, traffic-path only for egress") func everyField() throws {
        #expect(FlowField.allCases.count == 42)
        #expect(try FlowFormat("v10").fields.count == 42)
        #expect(try FlowFormat("v5").fields.count == 29)
        #expect(zip(FlowField.allCases, FlowField.allCases.dropFirst()).allSatisfy { $0.since <= $1.since })
        let hops = [Self.hop(Self.app.address, Self.server, from: "app", to: "igw")]
        #expect(
            try lines(
                hops, "${version} ${vpc-id},${subnet-id} ${instance-id} ${az-id} ${flow-direction} ${traffic-path}")
                == ["5 vpc-main subnet-private i-app use1-az1 egress 8"])
        for bad in ["", "v1", "v11", "${nonsense}", "source"] {
            #expect(throws: FlowFormat.Problem.self) { try FlowFormat(bad) }
        }
    }
}
