import CloudModel
import IPAddressing
import Reachability
import Testing

@Suite("Names: who is meant, and by which address")
struct NamedNodeTests {
    /// The cloud with another VPC, connected to nothing, in which everybody has the address of somebody in `peer`.
    private static var twins: Lab {
        var lab = Cloud.lab
        guard var twin = lab.vpc("peer") else { return lab }
        twin.name = "twin"
        twin.subnets[0].name = "subnet-twin"
        twin.subnets[0].routeTable = "rtb-twin"
        twin.routeTables = [RouteTable(name: "rtb-twin")]
        twin.securityGroups[0].name = "open-twin"
        twin.instances = [
            Cloud.instance("host-twin", "subnet-twin", "10.1.1.10", groups: ["open-twin"]),
            Cloud.instance("other-twin", "subnet-twin", "10.1.1.11", groups: ["open-twin"]),
        ]
        lab.vpcs.append(twin)
        return lab
    }

    private static func explain(_ lab: Lab, _ source: Flow.Source, _ destination: Flow.Destination) -> Analysis {
        ReachabilityIndex(lab).explain(Flow(from: source, to: destination, .tcp(port: 22)))
    }

    @Test("who has the same address elsewhere is not who was asked for")
    func twin() {
        #expect(Self.explain(Self.twins, .node("bare"), .node("host-peer")).isReachable)
        #expect(Self.explain(Self.twins, .node("bare"), .address(ip("10.1.1.10"))).isReachable)
        let wrong = Self.explain(Self.twins, .node("bare"), .node("host-twin"))
        #expect(!wrong.isReachable && wrong.code == .noPossibleDestination)
        #expect(!Self.explain(Self.twins, .node("host-peer"), .node("other-twin")).isReachable)
    }

    @Test("the matrix tells apart whose address others have, too")
    func matrix() throws {
        let index = ReachabilityIndex(Self.twins)
        let matrix = ReachabilityMatrix(index, ports: [.tcp(22)])
        for (from, sender) in matrix.ends.enumerated() where sender.canBegin {
            for (to, target) in matrix.ends.enumerated() where from != to {
                let flow = Flow(from: sender.source, to: .node(target.name), .tcp(port: 22))
                #expect(matrix.reaches(from, to, port: 0) == index.isReachable(flow), "\(flow)")
            }
        }
    }

    @Test("of an interface's addresses the one that was asked for sends")
    func secondarySource() {
        var lab = Cloud.lab
        lab.change("home") { vpc in
            vpc.changeInstance("client") {
                $0.interface.secondaryAddresses = [SecondaryAddress(privateAddress: ip("10.0.0.41"))]
            }
        }
        let first = Self.explain(lab, .address(ip("10.0.0.21")), .node("user"))
        let second = Self.explain(lab, .address(ip("10.0.0.41")), .node("user"))
        #expect(first.isReachable)
        #expect(!second.isReachable && second.code == .igwPublicIPAssociationForEgress)
        let outside = Self.explain(lab, .address(ip("203.0.113.21")), .node("user"))
        #expect(outside.forward.start.source == ip("10.0.0.21") && outside.isReachable)
    }

    @Test("the Internet knows a node by the public address of a further address, too")
    func secondaryDestination() {
        var lab = Cloud.lab
        lab.change("home") { vpc in
            vpc.changeInstance("bare") {
                $0.interface.secondaryAddresses = [
                    SecondaryAddress(privateAddress: ip("10.0.0.42"), publicAddress: ip("203.0.113.42"))
                ]
            }
        }
        let analysis = Self.explain(lab, .node("user"), .node("bare"))
        #expect(analysis.isReachable && analysis.forward.end.destination == ip("10.0.0.42"))
    }

    @Test("what a host sends to itself meets no group", arguments: ["10.0.0.21", "127.0.0.1"])
    func itself(address: String) {
        // Its group lets nobody in.
        let analysis = Self.explain(Cloud.lab, .node("client"), .address(ip(address)))
        #expect(analysis.isReachable && analysis.forward.hops.count <= 2)
    }

    @Test("nothing leads to addresses of no host", arguments: ["224.0.0.1", "240.0.0.1", "255.255.255.255", "0.0.0.0"])
    func special(address: String) {
        for source in ["client", "app", "user"] {
            let analysis = Self.explain(Cloud.lab, .node(source), .address(ip(address)))
            #expect(!analysis.isReachable && analysis.code == .noPossibleDestination, "\(source)")
        }
        #expect(Self.explain(Cloud.lab, .address(ip(address)), .node("web")).code == .noSourceOrDestination)
    }

    @Test("a public address of nobody alive leads nowhere, from inside as from outside", arguments: ["client", "user"])
    func idle(source: String) {
        var lab = Cloud.lab
        lab.internet.furtherPools = [block("3.5.5.5/32")]
        #expect(Self.explain(lab, .node(source), .address(ip("3.5.5.6"))).isReachable)
        let idle = Self.explain(lab, .node(source), .address(ip("3.5.5.5")))
        #expect(!idle.isReachable && idle.code == .igwPrivateIPAssociationForIngress)
    }

    @Test("a route that won is not told among those that lost, whatever the gateway made of the address")
    func hints() {
        let analysis = Self.explain(Cloud.lab, .node("bare"), .address(ip("203.0.113.20")))
        #expect(analysis.forward.hints.allSatisfy { $0.code != .higherPriorityRoute })
    }
}
