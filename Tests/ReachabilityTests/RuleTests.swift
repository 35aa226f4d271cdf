import CloudModel
import IPAddressing
import Reachability
import Testing

@Suite("Every rule of the packet walk")
struct RuleTests {
    // MARK: Security groups and the source/destination check

    static let groups = [
        RuleCase("a CIDR rule", "client", "web", .tcp(port: 443)),
        RuleCase("a group rule knows private addresses", "client", "web", .tcp(port: 8080)),
        RuleCase("last port of a range", "client", "web", .tcp(port: 8090)),
        RuleCase("one past the range", "client", "web", .tcp(port: 8091), .eniSGRulesMismatch, at: "web"),
        RuleCase("another protocol", "client", "web", .udp(port: 443), .eniSGRulesMismatch, at: "web"),
        RuleCase("a sender outside the group", "bare", "web", .tcp(port: 8080), .eniSGRulesMismatch, at: "web"),
        RuleCase("an ICMP type", "app", "web", .echoRequest),
        RuleCase("another ICMP type", "app", "web", .icmp(type: 13, code: 0), .eniSGRulesMismatch),
        RuleCase("protocol 0 matches no port rule", "client", "web", .other(0), .eniSGRulesMismatch),
        RuleCase("protocol 0 matches a rule for everything", "client", "bare", .other(0)),
        RuleCase("a group without ingress rules", "bare", "client", .tcp(port: 80), .sgHasNoRules, at: "clients"),
        RuleCase("no egress rule", "client", "bare", .tcp(port: 80), .sgHasNoRules, at: "clients") {
            $0.change("home") { $0.changeGroup("clients") { $0.egress = [] } }
        },
        RuleCase("egress to somebody else", "client", "bare", .tcp(port: 80), .eniSGRulesMismatch, at: "clients") {
            $0.change("home") {
                $0.changeGroup("clients") {
                    $0.egress = [SecurityGroupRule(traffic: .all, peer: .cidr(block("192.168.0.0/16")))]
                }
            }
        },
        RuleCase("egress to a group", "client", "web", .tcp(port: 443)) {
            $0.change("home") {
                $0.changeGroup("clients") {
                    $0.egress = [SecurityGroupRule(traffic: .all, peer: .securityGroup("web"))]
                }
            }
        },
        RuleCase("answers need no rule", "web", "bare", .tcp(port: 9)) {
            $0.change("home") {
                $0.changeGroup("web") { $0.ingress = [] }
                $0.changeGroup("open") { $0.egress = [] }
            }
        },
        RuleCase("one group of several is enough", "client", "app", .tcp(port: 80)) {
            $0.change("home") { $0.changeInstance("app") { $0.interface.securityGroups = ["clients", "open"] } }
        },
        RuleCase("no group at all", "client", "app", .tcp(port: 80), .sgHasNoRules) {
            $0.change("home") { $0.changeInstance("app") { $0.interface.securityGroups = [] } }
        },
        RuleCase("a group that does not exist", "client", "web", .tcp(port: 8080), .unknownPeeredSGs) {
            $0.change("home") {
                $0.changeGroup("web") {
                    $0.ingress = [SecurityGroupRule(traffic: .all, peer: .securityGroup("nobody"))]
                }
            }
        },
        RuleCase(
            "a group is lost by way of public addresses", .node("client"), .address(ip("203.0.113.20")),
            .tcp(port: 8080), .sgReferencesNotPreserved, at: "web"),
    ]

    @Test(arguments: groups) func securityGroups(_ example: RuleCase) { example.check() }

    @Test("an interface sends as itself only, unless the check is off")
    func sourceCheck() throws {
        let flow = Flow(
            from: .node("client"), to: .node("bare"), .tcp(port: 80), sourceAddress: ip("10.0.0.77"))
        let spoofed = ReachabilityIndex(Cloud.lab).explain(flow)
        #expect(spoofed.code == .eniSourceDestCheckRestriction)
        #expect(spoofed.forward.disposition == .deniedOut)
        var lab = Cloud.lab
        lab.change("home") { $0.changeInstance("client") { $0.interface.sourceDestinationCheck = false } }
        #expect(ReachabilityIndex(lab).explain(flow).forward.isComplete)
    }

    @Test("secondary private addresses are the interface's own, with their own public address")
    func secondaryAddresses() throws {
        var lab = Cloud.lab
        lab.change("home") {
            $0.changeInstance("client") {
                $0.interface.secondaryAddresses = [
                    SecondaryAddress(privateAddress: ip("10.0.0.30"), publicAddress: ip("203.0.113.30"))
                ]
            }
        }
        let index = ReachabilityIndex(lab)
        let flow = Flow(
            from: .node("client"), to: .node("server"), .tcp(port: 80), sourceAddress: ip("10.0.0.30"))
        #expect(index.explain(flow).forward.end.source == ip("203.0.113.30"))
        #expect(index.explain(flow).isReachable)
        #expect(index.isReachable(Flow(from: .node("bare"), to: .address(ip("10.0.0.30")), .other(3))) == false)
    }

    // MARK: Network ACLs

    static func guarded(
        _ subnet: String, ingress: [NetworkACLRule] = [], egress: [NetworkACLRule] = []
    ) -> @Sendable (inout Lab) -> Void {
        { lab in
            lab.change("home") {
                $0.networkACLs = [NetworkACL(name: "acl-x", ingress: ingress, egress: egress)]
                for index in $0.subnets.indices where $0.subnets[index].name == subnet {
                    $0.subnets[index].networkACL = "acl-x"
                }
            }
        }
    }

    static func allow(_ number: Int, _ traffic: Traffic, _ from: String = "0.0.0.0/0") -> NetworkACLRule {
        NetworkACLRule(number: number, action: .allow, traffic: traffic, block: block(from))
    }

    static func deny(_ number: Int, _ traffic: Traffic, _ from: String = "0.0.0.0/0") -> NetworkACLRule {
        NetworkACLRule(number: number, action: .deny, traffic: traffic, block: block(from))
    }

    static let acls = [
        RuleCase(
            "an empty list denies", "client", "app", .tcp(port: 80), .subnetACLRestriction, at: "acl-x",
            guarded("private")),
        RuleCase(
            "an empty list denies on the way out", "app", "client", .icmp(type: 13, code: 0), .subnetACLRestriction,
            at: "acl-x", guarded("private")),
        RuleCase("not within a subnet", "client", "bare", .tcp(port: 80), guarded("public")),
        RuleCase(
            "it remembers no flow", "client", "app", .tcp(port: 80), .subnetACLRestriction, at: "acl-x", onReturn: true,
            guarded("private", ingress: [allow(100, .tcp(80...80))])),
        RuleCase(
            "answers to Linux's ports", "client", "app", .tcp(port: 80),
            guarded("private", ingress: [allow(100, .tcp(80...80))], egress: [allow(100, .tcp(32_768...60_999))])),
        RuleCase(
            "answers to some of the ports only", "client", "app", .tcp(port: 80), .subnetACLRestriction, at: "acl-x",
            onReturn: true,
            guarded("private", ingress: [allow(100, .tcp(80...80))], egress: [allow(100, .tcp(40_000...60_999))])),
        RuleCase(
            "two rules that together cover the ports", "client", "app", .tcp(port: 80),
            guarded(
                "private", ingress: [allow(100, .tcp(80...80))],
                egress: [allow(100, .tcp(40_000...65_535)), allow(110, .tcp(1024...39_999))])),
        RuleCase(
            "answers to a NAT gateway need 1024-65535", "app", "server", .tcp(port: 80), .subnetACLRestriction,
            at: "acl-x", onReturn: true,
            guarded(
                "public", ingress: [allow(100, .tcp(80...80)), allow(110, .tcp(32_768...60_999))],
                egress: [allow(100, .all)])),
        RuleCase(
            "the NAT gateway's subnet lets its answers in", "app", "server", .tcp(port: 80),
            guarded(
                "public", ingress: [allow(100, .tcp(80...80)), allow(110, .tcp(1024...65_535))],
                egress: [allow(100, .all)])),
        RuleCase(
            "the lowest number wins", "client", "app", .tcp(port: 80), .subnetACLRestriction,
            guarded(
                "private", ingress: [allow(200, .all), deny(100, .tcp(80...80))], egress: [allow(100, .all)])),
        RuleCase(
            "a deny that comes later", "client", "app", .tcp(port: 80),
            guarded(
                "private", ingress: [deny(200, .tcp(80...80)), allow(100, .all)], egress: [allow(100, .all)])),
        RuleCase(
            "a deny of somebody else", "client", "app", .tcp(port: 80),
            guarded(
                "private", ingress: [deny(100, .all, "10.0.2.0/24"), allow(200, .all)], egress: [allow(100, .all)])),
        RuleCase(
            "echo needs its reply's type", "client", "app", .echoRequest, .subnetACLRestriction, at: "acl-x",
            onReturn: true,
            guarded(
                "private", ingress: [allow(100, .icmp(type: 8, code: nil))],
                egress: [allow(100, .icmp(type: 8, code: nil))])),
        RuleCase(
            "echo and echo reply", "client", "app", .echoRequest,
            guarded(
                "private", ingress: [allow(100, .icmp(type: 8, code: nil))],
                egress: [allow(100, .icmp(type: 0, code: nil))])),
        RuleCase("DNS passes whatever the list says", "app", "10.0.0.2", .udp(port: 53), guarded("private")),
        RuleCase("metadata too", "app", "169.254.169.254", .tcp(port: 80), guarded("private")),
        RuleCase("a default list", "client", "app", .tcp(port: 80), .subnetACLRestriction, at: "acl-d") {
            $0.change("home") { $0.networkACLs = [NetworkACL(name: "acl-d", isDefault: true)] }
        },
    ]

    @Test(arguments: acls) func networkACLs(_ example: RuleCase) { example.check() }

    // MARK: What every VPC offers

    static let services = [
        RuleCase("DNS over UDP", "closed", "10.0.0.2", .udp(port: 53)),
        RuleCase("DNS over TCP", "closed", "169.254.169.253", .tcp(port: 53)),
        RuleCase("no other port of the resolver", "closed", "10.0.0.2", .tcp(port: 80), .noPossibleDestination),
        RuleCase("metadata", "closed", "169.254.169.254", .tcp(port: 80)),
        RuleCase("metadata does not answer ping", "app", "169.254.169.254", .echoRequest, .noPossibleDestination),
        RuleCase("one's own .1 answers ping", "app", "10.0.1.1", .echoRequest),
        RuleCase("and nothing else", "app", "10.0.1.1", .tcp(port: 80), .noPossibleDestination),
        RuleCase("another subnet's .1 does not", "app", "10.0.0.1", .echoRequest, .noPossibleDestination),
        RuleCase(
            "other link-local addresses lead nowhere", "app", "169.254.1.1", .tcp(port: 80), .noRouteToDestination),
        RuleCase("groups do not see DNS", "client", "10.0.0.2", .udp(port: 53)) {
            $0.change("home") { $0.changeGroup("clients") { $0.egress = [] } }
        },
    ]

    @Test(arguments: services) func linkLocalServices(_ example: RuleCase) { example.check() }
}
