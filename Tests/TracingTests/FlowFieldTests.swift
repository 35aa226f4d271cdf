import CloudModel
import IPAddressing
import LabFile
import Nftables
import Testing

@testable import Tracing

/// Every field of versions 2 to 5 under its name in AWS, and what it shows.
@Suite("Fields of flow logs") struct FlowFieldTests {
    private static let service = IPv4Address(198, 51, 101, 7)
    private static let lists = [
        PrefixList(
            name: "pl-s3", service: "com.amazonaws.us-east-1.s3", blocks: [CIDRBlock(Self.service)]),
        PrefixList(name: "pl-own", blocks: [CIDRBlock(FlowTests.server)]),
    ]

    private func aggregator() -> FlowAggregator {
        FlowAggregator(
            interfaces: [FlowTests.app, FlowTests.nat], services: ServiceRanges(Self.lists), unlogged: [],
            start: FlowTests.seconds - 10)
    }

    /// The fields of the records that the hops make, by AWS's names, one dictionary a record.
    private func records(_ hops: [LiveHop], _ format: FlowFormat? = nil) throws -> [[String: String]] {
        var aggregator = aggregator()
        for hop in hops { aggregator.add(hop, time: FlowTests.seconds * 1_000_000_000) }
        let format = try format ?? FlowFormat("v5")
        return aggregator.close(at: FlowTests.seconds + 50).map { record in
            let values = record.line(format).split(separator: " ").map(String.init)
            #expect(values.count == format.fields.count)
            return Dictionary(uniqueKeysWithValues: zip(format.fields.map(\.rawValue), values))
        }
    }

    @Test(
        "what each version brought, in AWS's order",
        arguments: [
            (
                2,
                "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action "
                    + "log-status"
            ), (3, "vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr"),
            (4, "region az-id sublocation-type sublocation-id"),
            (5, "pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path"),
            (
                7,
                "ecs-cluster-arn ecs-cluster-name ecs-container-instance-arn ecs-container-instance-id ecs-container-id "
                    + "ecs-second-container-id ecs-service-name ecs-task-definition-arn ecs-task-arn ecs-task-id"
            ), (8, "reject-reason"), (9, "resource-id"), (10, "encryption-status"),
        ])
    func names(version: Int, fields: String) throws {
        let own = FlowField.allCases.filter { $0.since == version }
        #expect(own.map(\.rawValue).joined(separator: " ") == fields)
        #expect(try FlowFormat("v\(version)").fields.suffix(own.count) == own[...])
        // `version` says the newest of what is shown, not all there is.
        for field in own { #expect(try FlowFormat("${srcaddr} ${\(field.rawValue)}").version == version) }
    }

    @Test("a packet that leaves by the Internet gateway, all of version 5") func egress() throws {
        let hop = FlowTests.hop(FlowTests.app.address, FlowTests.server, from: "app", to: "igw")
        let record = try #require(try records([hop]).first)
        #expect(
            record == [
                "version": "5", "account-id": "123456789012", "interface-id": "eni-app", "srcaddr": "10.0.1.5",
                "dstaddr": "203.0.113.5", "srcport": "20641", "dstport": "22", "protocol": "6", "packets": "1",
                "bytes": "60", "start": "1418530010", "end": "1418530010", "action": "ACCEPT", "log-status": "OK",
                "vpc-id": "vpc-main", "subnet-id": "subnet-private", "instance-id": "i-app", "tcp-flags": "2",
                "type": "IPv4", "pkt-srcaddr": "10.0.1.5", "pkt-dstaddr": "203.0.113.5", "region": "us-east-1",
                "az-id": "use1-az1", "sublocation-type": "-", "sublocation-id": "-", "pkt-src-aws-service": "-",
                "pkt-dst-aws-service": "-", "flow-direction": "egress", "traffic-path": "8",
            ])
    }

    @Test(
        "a packet through a NAT gateway's interface: no instance, its own address beside the packet's, no path inwards")
    func ingress() throws {
        let hop = FlowTests.hop(FlowTests.app.address, Self.service, from: "app", to: "nat-a", flags: 16)
        let record = try #require(try records([hop]).last)
        #expect(record["interface-id"] == "eni-nat-a")
        #expect(record["instance-id"] == "-")
        #expect(record["subnet-id"] == "subnet-public")
        #expect([record["srcaddr"], record["dstaddr"]] == ["10.0.1.5", "10.0.0.220"])
        #expect([record["pkt-srcaddr"], record["pkt-dstaddr"]] == ["10.0.1.5", "198.51.101.7"])
        // ACK alone.
        #expect(record["tcp-flags"] == "0")
        #expect([record["flow-direction"], record["traffic-path"]] == ["ingress", "-"])
        #expect([record["pkt-src-aws-service"], record["pkt-dst-aws-service"]] == ["-", "S3"])
    }

    @Test("an answer of a service's, and a list of one's own") func services() throws {
        let answer = FlowTests.hop(Self.service, FlowTests.app.address, from: "s3", to: "app", flags: 18)
        let foreign = FlowTests.hop(FlowTests.server, FlowTests.app.address, from: "igw", to: "app", flags: 18)
        let found = try records([answer, foreign]).filter { $0["log-status"] == "OK" }
        #expect(Set(found.compactMap { $0["pkt-src-aws-service"] }) == ["S3", "-"])
        #expect(found.allSatisfy { $0["pkt-dst-aws-service"] == "-" && $0["tcp-flags"] == "18" })
    }

    @Test("what has no ports and no flags; what is refused has no path") func ping() throws {
        let hop = FlowTests.hop(
            FlowTests.app.address, FlowTests.server, from: "app", to: "lo", .dropped(owner: "sg app egress"), number: 1)
        let record = try #require(try records([hop]).first)
        #expect([record["srcport"], record["dstport"], record["tcp-flags"]] == ["0", "0", "0"])
        #expect([record["protocol"], record["action"]] == ["1", "REJECT"])
        #expect([record["flow-direction"], record["traffic-path"]] == ["egress", "-"])
    }

    @Test("without traffic only what the interface is and when", arguments: [true, false]) func empty(lost: Bool) throws
    {
        var aggregator = aggregator()
        if lost { aggregator.noteLoss() }
        let record = try #require(aggregator.close(at: FlowTests.seconds + 50).first)
        #expect(
            record.line(try FlowFormat("v5"))
                == "5 123456789012 eni-app - - - - - - - 1418530000 1418530060 - \(lost ? "SKIPDATA" : "NODATA") vpc-main "
                + "subnet-private i-app - - - - us-east-1 use1-az1 - - - - - -")
    }

    @Test("fields of later versions that a lab has nothing for") func later() throws {
        let hop = FlowTests.hop(FlowTests.app.address, FlowTests.server, from: "app", to: "igw")
        let record = try #require(try records([hop], try FlowFormat("v10")).first)
        for field in FlowField.allCases where field.since > 5 { #expect(record[field.rawValue] == "-", "\(field)") }
    }

    @Test("a record begins with its first packet and ends with its last; the next window begins anew") func times() {
        var aggregator = aggregator()
        let hop = FlowTests.hop(FlowTests.app.address, FlowTests.server, from: "app", to: "igw")
        // Reports may be late.
        for second in [5.9, 2.1, 3] { aggregator.add(hop, time: Int64((Double(FlowTests.seconds) + second) * 1e9)) }
        let first = aggregator.close(at: FlowTests.seconds + 50).filter { $0.status == .ok }
        #expect(first.map(\.start) == [FlowTests.seconds + 2])
        #expect(first.map(\.end) == [FlowTests.seconds + 5])
        #expect(first.map { $0.traffic?.packets } == [3])
        aggregator.add(hop, time: (FlowTests.seconds + 70) * 1_000_000_000)
        let second = aggregator.close(at: FlowTests.seconds + 110)
        #expect(second.map(\.start) == [FlowTests.seconds + 70, FlowTests.seconds + 50])
        #expect(second.map(\.end) == [FlowTests.seconds + 70, FlowTests.seconds + 110])
        #expect(second.map(\.status) == [.ok, .noData])
        #expect(second.map { $0.traffic?.packets } == [1, nil])
    }

    @Test(
        "Region and zone as AWS identifies them",
        arguments: [
            ("a", "", "us-east-1", "use1-az1", nil), ("b", "eu-west-3", "eu-west-3", "euw3-az2", nil),
            ("eu-west-3c", "", "eu-west-3", "euw3-az3", nil),
            ("ap-southeast-2a", "ap-southeast-2", "ap-southeast-2", "apse2-az1", nil),
            ("us-gov-west-1b", "", "us-gov-west-1", "usgw1-az2", nil),
            ("ca-central-1d", "", "ca-central-1", "cac1-az4", nil),
            ("us-west-2-lax-1a", "", "us-west-2", nil, FlowSublocation(type: "localzone", id: "usw2-lax1-az1")),
            (
                "us-east-1-wl1-bos-wlz-1", "us-east-1", "us-east-1", nil,
                FlowSublocation(type: "wavelength", id: "use1-wl1-bos-wlz1")
            ),
        ] as [(String, String, String, String?, FlowSublocation?)])
    func places(zone: String, named: String, region: String, id: String?, sublocation: FlowSublocation?) {
        let place = FlowPlace(zone: zone, region: named)
        #expect(place.region == region)
        #expect(place.zoneID == id)
        #expect(place.sublocation == sublocation)
    }

    private static let cloud = """
        lab: places
        prefix-lists: { pl-s3: { service: com.amazonaws.eu-west-3.s3, blocks: [198.51.101.0/24] } }
        vpcs:
          near:
            cidr: 10.0.0.0/16
            region: eu-west-3
            account: "111122223333"
            zones: [eu-west-3b]
            subnets: { net: { cidr: 10.0.1.0/24, routes: { 10.1.0.0/16: across, 10.2.0.0/16: beside, pl-s3: store } } }
            endpoints: { store: { type: gateway, prefix-list: pl-s3 } }
            instances: { one: { subnet: net, address: 10.0.1.10 } }
          far:
            cidr: 10.1.0.0/16
            region: us-east-1
            subnets: { yon: { cidr: 10.1.1.0/24, routes: { 10.0.0.0/16: across } } }
          next:
            cidr: 10.2.0.0/16
            region: eu-west-3
            subnets: { by: { cidr: 10.2.1.0/24, routes: { 10.0.0.0/16: beside } } }
        peerings:
          across: { between: [near, far] }
          beside: { between: [near, next] }
        """

    @Test("a lab's own account, Region and zone are those of its records") func ofLab() throws {
        let reading = LabFile.read(Self.cloud, file: "places.yaml")
        let lab = try #require(reading.lab, "\(reading.problems)")
        let near = try #require(lab.vpcs.flatMap(FlowInterface.all).first { $0.node == "one" })
        #expect([near.account, near.region, near.zone] == ["111122223333", "eu-west-3", "euw3-az2"])
        // Both peers of one VPC, each by its own way; and what the far one says of the same connection.
        let paths = FlowKey.Path.borders(of: lab)
        #expect(paths[FlowBorder(router: "near", neighbor: "far")] == .peeringAcrossRegions)
        #expect(paths[FlowBorder(router: "far", neighbor: "near")] == .peeringAcrossRegions)
        #expect(paths[FlowBorder(router: "near", neighbor: "next")] == .peering)
        #expect(paths[FlowBorder(router: "next", neighbor: "near")] == .peering)
        #expect(paths[FlowBorder(router: "near", neighbor: "store")] == .gatewayEndpoint)
        #expect(paths.count == 5)
    }

    @Test("traffic-path has AWS's numbers", arguments: [("nat-a", "1"), ("far", "5"), ("store", "7"), ("igw", "8")])
    func paths(neighbor: String, number: String) throws {
        var aggregator = FlowAggregator(
            interfaces: [FlowTests.app, FlowTests.nat],
            borders: [
                FlowBorder(router: "vpc", neighbor: "far"): .peeringAcrossRegions,
                FlowBorder(router: "other", neighbor: "far"): .peering,
                FlowBorder(router: "vpc", neighbor: "store"): .gatewayEndpoint,
            ], unlogged: [], start: FlowTests.seconds)
        aggregator.add(
            FlowTests.hop(FlowTests.app.address, FlowTests.server, from: "app", to: neighbor),
            time: FlowTests.seconds * 1_000_000_000)
        let record = try #require(aggregator.close(at: FlowTests.seconds + 60).first)
        #expect(record.line(try FlowFormat("${traffic-path}")) == number)
    }
}
