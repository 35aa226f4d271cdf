import CloudModel
import IPAddressing
import Reachability
import Testing

/// What the suite's cases do not touch: every pair of every snapshot, on ports of every kind, in both directions.
///
/// Nobody says what the answers are; but an answer must be one. An analysis ends in a disposition, says why where it is
/// not reached, agrees with the short question and with the matrix, and never depends on who asked before.
@Suite("All pairs of the outside suite's snapshots")
struct AllPairsTests {
    static let snapshots = Set(ConformanceSuite.cases.map(\.snapshot)).sorted()
    static let ports: [MatrixPort] = [.tcp(22), .tcp(80), .tcp(443), .tcp(4444), .udp(53), .ping]

    @Test(arguments: snapshots) func answersAreSound(snapshot: String) throws {
        let imported = try ImportedSnapshot(snapshot)
        var lab = imported.lab
        lab.internet.hosts = [InternetHost(name: "outside", address: IPv4Address(8, 8, 8, 8))]
        let index = ReachabilityIndex(lab)
        let matrix = ReachabilityMatrix(index, ports: Self.ports)
        var reached = 0
        var refused = 0
        for (from, sender) in matrix.ends.enumerated() where sender.canBegin {
            for (to, receiver) in matrix.ends.enumerated() where from != to {
                let address = sender.isOnInternet ? receiver.publicAddress ?? receiver.address : receiver.address
                for (position, port) in Self.ports.enumerated() {
                    let flow = Flow(from: sender.source, to: .address(address), port.transport)
                    let analysis = index.explain(flow)
                    #expect(analysis.isReachable == index.isReachable(flow), "\(sender.name) → \(address) \(port)")
                    #expect(
                        analysis.isReachable == matrix.reaches(from, to, port: position),
                        "\(sender.name) → \(receiver.name) \(port)")
                    check(analysis, in: index, title: "\(sender.name) → \(receiver.name) \(port)")
                    if analysis.isReachable { reached += 1 } else { refused += 1 }
                }
            }
        }
        #expect(refused > 0 && (reached > 0 || matrix.ends.count < 3), "\(snapshot): \(reached) reached")
    }

    /// Every protocol and every kind of start: routers too, and addresses that nobody holds.
    @Test(arguments: snapshots) func nothingIsUnanswerable(snapshot: String) throws {
        let imported = try ImportedSnapshot(snapshot)
        let lab = imported.lab
        let index = imported.index
        let vpcs = lab.vpcs
        let starts: [(Flow.Source, IPv4Address)] =
            vpcs.map { (.vpcRouter($0.name, source: IPv4Address(8, 8, 8, 8)), $0.cidrBlocks[0].base + 9) }
            + vpcs.flatMap(\.subnets).map { (.subnetRouter($0.name, source: $0.cidrBlock.base + 9), $0.gateway) }
            + [(.internet(IPv4Address(8, 8, 4, 4)), IPv4Address(203, 0, 113, 1))]
        let destinations =
            vpcs.flatMap(\.instances).map(\.interface.privateAddress) + vpcs.flatMap(\.subnets).map(\.cidrBlock.last)
            + [IPv4Address(1, 1, 1, 1), IPv4Address(169, 254, 169, 254), IPv4Address(100, 64, 0, 1)]
        for (start, own) in starts {
            for destination in destinations + [own] {
                for transport in [.tcp(port: 80), .udp(port: 53), .echoRequest, .other(47), .other(0)] as [Transport] {
                    let analysis = index.explain(Flow(from: start, to: .address(destination), transport))
                    check(analysis, in: index, title: "\(start) → \(destination) \(transport)")
                    #expect(analysis.code != .noSourceOrDestination)
                }
            }
        }
    }

    private func check(_ analysis: Analysis, in index: ReachabilityIndex, title: String) {
        if analysis.isReachable {
            #expect(analysis.explanations.isEmpty, "\(title)")
        } else {
            #expect(!analysis.explanations.isEmpty, "\(title): refused without a reason")
            #expect(analysis.explanations.allSatisfy { !$0.sentence.isEmpty }, "\(title)")
        }
        #expect(!analysis.forward.hops.isEmpty, "\(title)")
        // A whole way back ends where the flow began, as it was sent.
        if let back = analysis.return, back.isComplete, analysis.forward.isComplete {
            let asked = analysis.forward.start
            #expect(back.end.source == asked.destination && back.end.destination == asked.source, "\(title)")
            #expect(back.end.destinationPorts == asked.sourcePorts, "\(title): \(back.end)")
        }
    }
}
