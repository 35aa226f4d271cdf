import CloudModel
import IPAddressing
import Reachability
import Testing

@Suite("Properties of predictions")
struct PropertyTests {
    static let seeds = Array(UInt64(1)...16)

    /// All pairs of nodes and a few addresses, with a few transports.
    private static func flows(_ lab: Lab) -> [Flow] {
        let nodes = lab.vpcs.flatMap(\.instances).map(\.name) + lab.internet.hosts.map(\.name)
        let addresses = ["203.0.113.20", "203.0.113.99", "10.0.1.77", "8.8.8.8", "52.216.1.1", "10.0.0.2"].map(ip)
        let targets = nodes.map { Flow.Destination.node($0) } + addresses.map { .address($0) }
        let transports: [Transport] = [.tcp(port: 80), .tcp(port: 443), .udp(port: 53), .echoRequest, .other(50)]
        return nodes.flatMap { from in
            targets.flatMap { to in transports.map { Flow(from: .node(from), to: to, $0) } }
        }
    }

    private func lab(_ seed: UInt64) -> Lab {
        var mixer = CloudMixer(seed: seed)
        return mixer.lab()
    }

    @Test("the same question has the same answer, and the silent walk agrees", arguments: seeds)
    func deterministic(_ seed: UInt64) {
        let lab = lab(seed)
        let (one, other) = (ReachabilityIndex(lab), ReachabilityIndex(lab))
        for flow in Self.flows(lab) {
            let analysis = one.explain(flow)
            #expect(analysis == other.explain(flow))
            #expect(analysis.isReachable == one.isReachable(flow), "\(flow)")
        }
    }

    @Test("whatever is not reachable has a reason with a sentence; whatever is has none", arguments: seeds)
    func reasons(_ seed: UInt64) {
        let lab = lab(seed)
        let index = ReachabilityIndex(lab)
        for analysis in Self.flows(lab).map(index.explain) {
            #expect(analysis.isReachable == (analysis.code == nil))
            #expect(analysis.explanations.allSatisfy { !$0.sentence.isEmpty })
            let last = analysis.return ?? analysis.forward
            #expect(last.isComplete || last.hops.last?.explanations.isEmpty == false)
        }
    }

    @Test("an answer that arrives is what the sender waits for", arguments: seeds)
    func answers(_ seed: UInt64) {
        let lab = lab(seed)
        let index = ReachabilityIndex(lab)
        for analysis in Self.flows(lab).map(index.explain) where analysis.isReachable {
            guard let back = analysis.return, !back.hops.isEmpty else { continue }
            #expect(back.end == analysis.forward.start.reversed)
        }
    }

    @Test("one more allow rule never takes anything away", arguments: seeds)
    func monotone(_ seed: UInt64) {
        let lab = lab(seed)
        var opened = lab
        opened.change("home") {
            for group in $0.securityGroups.indices {
                $0.securityGroups[group].ingress.append(.everything)
                $0.securityGroups[group].egress.append(
                    SecurityGroupRule(traffic: .udp(53...53), peer: .cidr(.everywhere)))
            }
        }
        let (before, after) = (ReachabilityIndex(lab), ReachabilityIndex(opened))
        for flow in Self.flows(lab) where before.isReachable(flow) { #expect(after.isReachable(flow), "\(flow)") }
    }

    @Test("without routes nothing leaves a subnet", arguments: seeds.prefix(10))
    func noRoutes(_ seed: UInt64) {
        var lab = lab(seed)
        for vpc in lab.vpcs.indices {
            for table in lab.vpcs[vpc].routeTables.indices { lab.vpcs[vpc].routeTables[table].routes = [] }
        }
        let index = ReachabilityIndex(lab)
        for host in ["server", "user"] {
            for instance in lab.vpcs.flatMap(\.instances) {
                #expect(!index.isReachable(Flow(from: .node(instance.name), to: .node(host), .tcp(port: 80))))
                #expect(!index.isReachable(Flow(from: .node(host), to: .node(instance.name), .tcp(port: 80))))
            }
        }
    }

    @Test("the matrix says what single questions say", arguments: seeds)
    func matrix(_ seed: UInt64) {
        let index = ReachabilityIndex(lab(seed))
        let ports: [MatrixPort] = [.tcp(80), .tcp(443), .tcp(8080), .udp(53), .ping]
        let matrix = ReachabilityMatrix(index, ports: ports)
        for (from, sender) in matrix.ends.enumerated() where sender.canBegin {
            for (to, target) in matrix.ends.enumerated() where from != to {
                for (position, port) in ports.enumerated() {
                    let flow = Flow(from: sender.source, to: .node(target.name), port.transport)
                    #expect(matrix.reaches(from, to, port: position) == index.isReachable(flow), "\(flow)")
                }
            }
        }
    }

    @Test("a lab differs from itself in nothing, and from a changed one in what was changed")
    func difference() {
        let ports: [MatrixPort] = [.tcp(443), .ping]
        let before = ReachabilityMatrix(ReachabilityIndex(Cloud.lab), ports: ports)
        #expect(MatrixDifference(from: before, to: before).changes == [])
        var lab = Cloud.lab
        lab.change("home") { $0.changeGroup("web") { $0.ingress.removeFirst() } }
        let changes = MatrixDifference(
            from: before, to: ReachabilityMatrix(ReachabilityIndex(lab), ports: ports)
        ).changes
        #expect(changes.contains { $0.from == "user" && $0.to == "web" && $0.lost == [.tcp(443)] && $0.gained == [] })
        #expect(changes.allSatisfy { $0.gained.isEmpty && $0.lost == [.tcp(443)] })
        #expect(changes.allSatisfy { ["web", "vpce-sqs", "alb-a", "alb-b"].contains($0.to) })
    }
}
