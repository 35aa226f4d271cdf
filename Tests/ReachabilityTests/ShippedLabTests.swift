import CloudModel
import Reachability
import Testing

@Suite("What must happen in the labs we ship")
struct ShippedLabTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let lab: String
        let from: String
        let to: String
        let transport: Transport
        let code: ExplanationCode?
        var testDescription: String { "\(lab): \(from) to \(to) \(transport)" }

        init(_ lab: String, _ from: String, _ to: String, _ transport: Transport, _ code: ExplanationCode? = nil) {
            self.lab = lab
            self.from = from
            self.to = to
            self.transport = transport
            self.code = code
        }
    }

    static let cases = [
        Case("private-nat", "app", "echo", .tcp(port: 80)),
        Case("private-nat", "app", "resolver", .udp(port: 53)),
        Case("private-nat", "app", "echo", .echoRequest),
        Case("private-nat", "app", "echo", .other(50), .protocolRestriction),
        Case("private-nat", "vault", "echo", .tcp(port: 80), .noRouteToDestination),
        Case("private-nat", "stray", "echo", .udp(port: 7), .noRouteToDestination),
        Case("private-nat", "scanner", "nat-a", .tcp(port: 22), .ngwRequiresSourceInVPC),
        Case("private-nat", "scanner", "nat-a", .echoRequest, .ngwRequiresSourceInVPC),
        Case("private-nat", "bastion", "nat-a", .tcp(port: 22), .ngwDestAddressPreservation),
        Case("private-nat", "scanner", "app", .tcp(port: 8080), .igwExpectsPublicAddress),
        Case("private-nat", "scanner", "bastion", .tcp(port: 443)),
        Case("private-nat", "scanner", "bastion", .tcp(port: 22), .eniSGRulesMismatch),
        Case("private-nat", "bastion", "app", .tcp(port: 8080)),
        Case("private-nat", "bastion", "app", .echoRequest),
        Case("private-nat", "bastion", "worker", .tcp(port: 8080), .sgHasNoRules),
        Case("private-nat", "app", "worker", .tcp(port: 8080), .sgHasNoRules),
        Case("private-nat", "worker", "app", .tcp(port: 8080)),
        Case("ecs-ec2-bridge", "web", "echo", .tcp(port: 80)),
        Case("ecs-ec2-bridge", "web", "front", .tcp(port: 8080)),
        Case("ecs-ec2-bridge", "worker", "web", .tcp(port: 80)),
        Case("ecs-ec2-bridge", "front", "web", .echoRequest),
        Case("ecs-ec2-bridge", "user", "web", .tcp(port: 8080)),
        Case("ecs-ec2-bridge", "user", "web", .tcp(port: 443), .eniSGRulesMismatch),
        Case("ecs-ec2-bridge", "job", "echo", .udp(port: 7)),
        Case("ecs-ec2-bridge", "stuck", "echo", .tcp(port: 80), .noRouteToDestination),
        Case("ecs-ec2-bridge", "sealed", "echo", .tcp(port: 80), .noRouteToDestination),
        Case("ecs-ec2-host", "api", "echo", .tcp(port: 80)),
        Case("ecs-ec2-host", "user", "second", .tcp(port: 8081)),
        Case("ecs-ec2-host", "job", "echo", .tcp(port: 80)),
        Case("ecs-ec2-awsvpc", "front", "echo", .tcp(port: 80), .igwPublicIPAssociationForEgress),
        Case("ecs-ec2-awsvpc", "back", "echo", .tcp(port: 80)),
        Case("ecs-ec2-awsvpc", "host", "front", .tcp(port: 8080)),
        Case("ecs-fargate-public", "user", "web-2", .tcp(port: 80)),
        Case("ecs-fargate-public", "user", "quiet", .tcp(port: 80), .igwExpectsPublicAddress),
        Case("ecs-fargate-public", "quiet", "echo", .tcp(port: 80), .igwPublicIPAssociationForEgress),
        Case("ecs-fargate-private", "trap", "echo", .tcp(port: 80)),
        Case("ecs-fargate-private", "user", "trap", .tcp(port: 80), .ngwRequiresSourceInVPC),
        Case("public-igw", "user", "web", .tcp(port: 443)),
        Case("public-igw", "user", "web", .tcp(port: 22), .eniSGRulesMismatch),
        Case("public-igw", "admin", "web", .tcp(port: 22)),
        Case("public-igw", "plain", "web", .tcp(port: 22), .eniSGRulesMismatch),
        Case("public-igw", "user", "plain", .tcp(port: 443), .igwExpectsPublicAddress),
        Case("public-igw", "plain", "echo", .tcp(port: 80), .igwPublicIPAssociationForEgress),
        Case("public-igw", "web", "echo", .tcp(port: 80)),
        Case("public-igw", "dark", "echo", .echoRequest, .noRouteToDestination),
        Case("public-igw", "user", "dark", .tcp(port: 443), .noRouteToDestination),
    ]

    @Test(arguments: cases) func verdict(_ example: Case) throws {
        let index = ReachabilityIndex(try Fixtures.lab(example.lab))
        let flow = Flow(from: .node(example.from), to: .node(example.to), example.transport)
        let analysis = index.explain(flow)
        #expect(analysis.code == example.code, "\(analysis.explanations.map(\.sentence))")
        #expect(analysis.isReachable == (example.code == nil))
        #expect(index.isReachable(flow) == analysis.isReachable)
        if example.code != nil { #expect(analysis.explanations.allSatisfy { !$0.sentence.isEmpty }) }
    }

    @Test("the first packet arrives at dark, the answer does not come back")
    func asymmetric() throws {
        let index = ReachabilityIndex(try Fixtures.lab("public-igw"))
        let analysis = index.explain(Flow(from: .node("user"), to: .node("dark"), .tcp(port: 443)))
        #expect(analysis.forward.disposition == .accepted)
        #expect(analysis.return?.disposition == .noRoute)
        #expect(analysis.explanations.first?.component.id == "rtb-dark-a")
        #expect(analysis.explanations.first?.origin.line ?? 0 > 0, "it points into the file")
    }

    @Test("two translations on the way out, each undone on the way back")
    func translations() throws {
        let index = ReachabilityIndex(try Fixtures.lab("private-nat"))
        let analysis = index.explain(Flow(from: .node("app"), to: .node("echo"), .tcp(port: 80)))
        let out = analysis.forward.hops.filter { $0.outbound != nil }
        #expect(out.map(\.component.id) == ["nat-a", "igw"])
        #expect(out[0].outbound?.source == ip("10.0.0.4"))
        #expect(out[0].outbound?.sourcePorts == 1024...65_535)
        #expect(out[1].outbound?.source == ip("203.0.113.11"))
        let back = try #require(analysis.return)
        #expect(back.hops.filter { $0.outbound != nil }.map(\.component.id) == ["igw", "nat-a"])
        #expect(back.end == analysis.forward.start.reversed)
    }

    /// Claim C37: whoever reaches the Internet does so by an Internet gateway, alone or behind a NAT gateway.
    @Test("there are two ways from a VPC to the Internet, and no third")
    func twoWays() throws {
        var ways: Set<[Component.Kind]> = []
        for name in Fixtures.shipped {
            let lab = try Fixtures.lab(name)
            let index = ReachabilityIndex(lab)
            for sender in lab.vpcs.flatMap(\.instances) {
                for host in lab.internet.hosts {
                    for transport in [Transport.tcp(port: 80), .tcp(port: 443), .udp(port: 53), .echoRequest] {
                        let flow = Flow(from: .node(sender.name), to: .address(host.address), transport)
                        let path = index.explain(flow).forward
                        // What a gateway endpoint leads to is a service of AWS, which does not lie on the Internet.
                        let isService = path.hops.contains { $0.component.kind == .endpoint }
                        guard path.isComplete, !isService else { continue }
                        let gateways: Set<Component.Kind> = [.natGateway, .internetGateway, .virtualPrivateGateway]
                        ways.insert(path.hops.map(\.component.kind).filter(gateways.contains))
                    }
                }
            }
        }
        #expect(ways == [[.internetGateway], [.natGateway, .internetGateway]])
    }
}
