import CloudModel
import IPAddressing
import Reachability
import Testing

@Suite("Load balancers")
struct LoadBalancerTests {
    static func change(_ change: @escaping @Sendable (inout VPC) -> Void) -> @Sendable (inout Lab) -> Void {
        { $0.change("home", change) }
    }

    static let cases = [
        RuleCase("network: to a target of the zone", "client", "nlb", .tcp(port: 80)),
        RuleCase(
            "network: no listener on the port", "client", "nlb", .tcp(port: 81), .elbv2ListenersMismatch, at: "nlb-a"),
        RuleCase("network: another protocol", "client", "nlb", .udp(port: 80), .elbv2ListenersMismatch),
        RuleCase(
            "network: an empty group", "client", "nlb", .tcp(port: 80), .elbv2ListenerHasNoTG, at: "nlb-a",
            change { $0.targetGroups[0].targets = [] }),
        RuleCase(
            "network: a group that does not exist", "client", "nlb", .tcp(port: 80), .elbv2ListenerRequiresTGAccept,
            change { $0.targetGroups = [] }),
        RuleCase(
            "network: nobody in the zone", "client", "nlb", .tcp(port: 80), .elbv2NoTargetsInAZ, at: "nlb-a",
            change { $0.targetGroups[0].targets.removeFirst() }),
        RuleCase(
            "network: nobody in the zone, but cross-zone", "client", "nlb", .tcp(port: 80),
            change {
                $0.targetGroups[0].targets.removeFirst(); $0.loadBalancers[0].isCrossZone = true
            }),
        RuleCase(
            "network: when the only one in the zone is ill, it is used", "client", "nlb", .tcp(port: 80),
            change { $0.targetGroups[0].targets[0].health = .unhealthy }),
        RuleCase(
            "network: cross-zone, into a zone without a node", "client", "nlb", .tcp(port: 80),
            change {
                $0.targetGroups[0].targets.removeFirst(); $0.loadBalancers[0].isCrossZone = true
                $0.loadBalancers[0].nodes.removeLast()
            }),
        RuleCase(
            "application: not into a zone it is not enabled in", "client", "alb", .tcp(port: 443), .elbv2NoTargetsInAZ,
            at: "alb-a",
            change {
                $0.targetGroups[0].targets.removeFirst(); $0.loadBalancers[1].nodes.removeLast()
            }),
        RuleCase(
            "network: an address outside the VPC is in no zone", "client", "nlb", .tcp(port: 80),
            .igwDestinationNotInRFC1918Egress,
            change { $0.targetGroups[0].targets = [Target(destination: .address(ip("10.9.9.9")), port: 8080)] }),
        RuleCase(
            "network: when all are ill, all are used", "client", "nlb", .tcp(port: 80),
            change {
                for index in $0.targetGroups[0].targets.indices {
                    $0.targetGroups[0].targets[index].health = .unhealthy
                }
            }),
        RuleCase(
            "network: a target does not reach itself", "app", "nlb", .tcp(port: 80), .elbv2SourceAddressPreservation,
            at: "nlb-a"),
        RuleCase(
            "network: without the client's address it does", "app", "nlb", .tcp(port: 80),
            change { $0.targetGroups[0].preservesClientIP = false }),
        RuleCase(
            "network: the target's groups see the client", "client", "nlb", .tcp(port: 80),
            change {
                $0.changeGroup("open") {
                    $0.ingress = [SecurityGroupRule(traffic: .tcp(8080...8080), peer: .securityGroup("clients"))]
                }
            }),
        RuleCase(
            "network: the target's groups see the node", "client", "nlb", .tcp(port: 80), .sgReferencesNotPreserved,
            at: "open",
            change {
                $0.targetGroups[0].preservesClientIP = false
                $0.changeGroup("open") {
                    $0.ingress = [SecurityGroupRule(traffic: .tcp(8080...8080), peer: .securityGroup("clients"))]
                }
            }),
        RuleCase(
            "network: an action nobody can do", "client", "nlb", .tcp(port: 80), .unsupportedComponent,
            change { $0.loadBalancers[0].listeners[0].action = .unsupported("authenticate-oidc") }),
        RuleCase("application: two connections", "client", "alb", .tcp(port: 443)),
        RuleCase("application: its own groups", "client", "alb", .tcp(port: 80), .eniSGRulesMismatch, at: "web"),
        RuleCase(
            "application: a redirect is an answer", "client", "alb", .tcp(port: 80),
            change {
                $0.changeGroup("web") {
                    $0.ingress.append(SecurityGroupRule(traffic: .tcp(80...80), peer: .cidr(.everywhere)))
                }
            }),
        RuleCase(
            "application: targets reference its group", "client", "alb", .tcp(port: 443),
            change {
                $0.changeGroup("open") {
                    $0.ingress = [SecurityGroupRule(traffic: .tcp(8080...8080), peer: .securityGroup("web"))]
                }
            }),
        RuleCase(
            "application: its group is known whatever way its clients came", "host-far", "alb", .tcp(port: 443),
            change {
                $0.changeGroup("open") {
                    $0.ingress = [SecurityGroupRule(traffic: .tcp(8080...8080), peer: .securityGroup("web"))]
                }
            }),
    ]

    @Test(arguments: cases) func rules(_ example: RuleCase) { example.check() }

    @Test("the client's address is kept, the port is not")
    func keptAddress() throws {
        let analysis = ReachabilityIndex(Cloud.lab).explain(
            Flow(from: .node("client"), to: .node("nlb"), .tcp(port: 80)))
        #expect(analysis.forward.end.source == ip("10.0.0.21"))
        #expect(analysis.forward.end.destination == ip("10.0.1.10"))
        #expect(analysis.forward.end.destinationPorts == 8080...8080)
        #expect(analysis.return?.end == analysis.forward.start.reversed)
    }

    @Test("an application load balancer connects as itself, from 1024-65535")
    func secondConnection() throws {
        let analysis = ReachabilityIndex(Cloud.lab).explain(
            Flow(from: .node("client"), to: .node("alb"), .tcp(port: 443)))
        #expect(analysis.forward.end.source == ip("10.0.1.60"))
        #expect(analysis.forward.end.sourcePorts == 1024...65_535)
        #expect(analysis.alternatives.map(\.end.destination) == [ip("10.0.2.10")])
    }

    @Test("an ill target of its own zone is used only while no other of those the node may use is well")
    func failsOpenByZone() throws {
        func ends(_ change: (inout VPC) -> Void) -> [IPv4Address] {
            var lab = Cloud.lab
            lab.change("home") { vpc in
                vpc.targetGroups[0].targets[0].health = .unhealthy
                change(&vpc)
            }
            let analysis = ReachabilityIndex(lab).explain(Flow(from: .node("client"), to: .node("nlb"), .tcp(port: 80)))
            return ([analysis.forward] + analysis.alternatives).map(\.end.destination)
        }
        #expect(ends { _ in } == [ip("10.0.1.10")])
        #expect(ends { $0.loadBalancers[0].isCrossZone = true } == [ip("10.0.2.10")])
        let neither = ends {
            $0.loadBalancers[0].isCrossZone = true
            $0.targetGroups[0].targets[1].health = .unhealthy
        }
        #expect(neither == [ip("10.0.1.10"), ip("10.0.2.10")])
    }

    @Test("if one target refuses, the way leads to the next")
    func alternatives() throws {
        var lab = Cloud.lab
        lab.change("home") {
            $0.loadBalancers[0].isCrossZone = true
            $0.changeInstance("app") { $0.interface.securityGroups = ["clients"] }
        }
        let analysis = ReachabilityIndex(lab).explain(Flow(from: .node("client"), to: .node("nlb"), .tcp(port: 80)))
        #expect(analysis.isReachable)
        #expect(analysis.forward.end.destination == ip("10.0.2.10"))
        #expect(analysis.alternatives == [])
    }
}
