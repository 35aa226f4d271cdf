import CloudModel
import IPAddressing
import LabFile
import Testing

@Suite("The labs we ship")
struct ShippedLabTests {
    static let claims = [
        "private-nat": ["C1", "C2", "C3", "C4", "C5", "C6", "C8", "C9", "C28", "C29", "C30"],
        "public-igw": ["C10", "C19", "C20", "C21"],
        "ecs-ec2-bridge": ["C24", "C34"],
        "ecs-ec2-host": ["C25", "C34"],
        "ecs-ec2-awsvpc": ["C26"],
        "ecs-fargate-public": ["C27"],
        "ecs-fargate-private": ["C35"],
    ]

    @Test("reads without a problem and covers its claims", arguments: claims.keys.sorted())
    func clean(name: String) throws {
        let text = try Fixtures.text("labs/\(name).yaml")
        #expect(text.hasPrefix("# yaml-language-server: $schema=../schema/lab.schema.json\n"))
        let reading = LabFile.read(text, file: "labs/\(name).yaml")
        #expect(reading.rendered == "")
        let lab = try #require(reading.lab)
        #expect(lab.name == name)
        #expect(Set(lab.checks.map(\.claim)) == Set(Self.claims[name] ?? []))
        for check in lab.checks {
            #expect(check.control != nil, "\(check.claim) has no control")
            #expect(check.source.hasPrefix("note §") || check.source.hasPrefix("ecs, "), "\(check.claim)")
        }
    }

    @Test("private-nat is the network its comments describe")
    func privateNAT() throws {
        let lab = try #require(LabFile.read(try Fixtures.text("labs/private-nat.yaml"), file: "x").lab)
        let vpc = try #require(lab.vpcs.first)
        #expect(vpc.natGateway("nat-a")?.privateAddress == IPv4Address(10, 0, 0, 4))
        #expect(vpc.natGateway("nat-lost")?.isMisplacedOnPurpose == true)
        #expect(vpc.subnet("private-a")?.routeTable == "rtb-private-a")
        #expect(vpc.routeTable("rtb-isolated-a")?.routes.isEmpty == true)
        #expect(vpc.subnet("public-a").map(vpc.isPublic) == true)
        #expect(vpc.subnet("private-a").map(vpc.isPublic) == false)
        #expect(lab.internet.host("echo")?.listeners == [.init(kind: .http, port: 80), .init(kind: .udp, port: 7)])
    }
}
