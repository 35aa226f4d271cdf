import CloudModel
import Foundation
import IPAddressing
import Reachability
import Testing

/// Every case of the outside suite that can be told from configuration alone; `docs/conformance.md` says what is
/// compared, and where we do not follow.
@Suite("Agreement with Batfish, an outside analyser")
struct ConformanceTests {
    @Test("the suite is there", .enabled(if: !ConformanceSuite.cases.isEmpty))
    func present() { #expect(Set(ConformanceSuite.cases.map(\.id)).count == ConformanceSuite.cases.count) }

    @Test(arguments: ConformanceSuite.cases)
    func agrees(test: ConformanceCase) throws {
        let snapshot = try ImportedSnapshot(test.snapshot)
        if test.expect == "REACHABLE" { return try checkReachable(test, snapshot) }
        let transport = try snapshot.transport(test)
        try check(test, snapshot, transport)
        // Where the suite set no protocol it meant one that no port rule matches: so is a port nobody listed.
        if test.transport == "proto0" { try check(test, snapshot, .tcp(port: 4_444)) }
    }

    private func check(_ test: ConformanceCase, _ snapshot: ImportedSnapshot, _ transport: Transport) throws {
        let analysis = snapshot.index.explain(try snapshot.flow(test, transport))
        let ways = [analysis.forward] + analysis.alternatives
        let halves = test.expect.components(separatedBy: ", reply ")
        let wanted = Set(halves[0].components(separatedBy: " or "))
        #expect(
            wanted.contains(analysis.forward.disposition.rawValue), "\(AnalysisText(analysis, title: test.id).text)")
        if let path = test.path, !path.contains("...") {
            let ours = ways.map { snapshot.names(of: $0.boxes) }
            #expect(ours.contains(ImportedSnapshot.collapsed(path)), "\(test.id) forward: \(ours)")
        }
        try checkReply(test, snapshot, analysis, wanted: halves.count > 1 ? halves[1] : nil)
        if let text = test.nat {
            let translation = try #require(Translation(text), "\(test.id): unreadable: \(text)")
            let differences = ways.map { translation.difference(from: $0) }
            #expect(differences.contains(nil), "\(test.id): \(differences)")
        }
        if let code = test.code {
            let ours = analysis.forward.explanations.map(\.code.rawValue)
            #expect(ours.first == Justified.codes[test.id]?.ours ?? code, "\(test.id): \(ours)")
        }
    }

    private func checkReply(
        _ test: ConformanceCase, _ snapshot: ImportedSnapshot, _ analysis: Analysis, wanted: String?
    ) throws {
        if let wanted {
            #expect(analysis.return?.disposition.rawValue == wanted, "\(AnalysisText(analysis, title: test.id).text)")
        }
        guard let path = test.reversePath else { return }
        let back = try #require(
            analysis.return, "\(test.id): no answer. \(AnalysisText(analysis, title: test.id).text)")
        #expect(back.isComplete, "\(AnalysisText(analysis, title: test.id).text)")
        let ours = snapshot.names(of: back.boxes)
        // Of two targets either may be chosen; the way back is the way there, turned round.
        let wanted = ImportedSnapshot.collapsed(path)
        let turned = analysis.alternatives.map { Array(snapshot.names(of: $0.boxes).reversed()) }
        #expect(ours == wanted || turned.contains(wanted), "\(test.id) back: \(ours)")
    }

    /// Some flow reaches the last node of the path: to each of its addresses, and through each load balancer.
    private func checkReachable(_ test: ConformanceCase, _ snapshot: ImportedSnapshot) throws {
        let goal = try #require(test.path?.last)
        #expect(try !snapshot.ways(to: goal, from: snapshot.source(test)).isEmpty, "nothing reaches \(goal)")
    }
}

/// Where our explanation is another than the one suggested, and why; `docs/conformance.md` says it at length.
enum Justified {
    static let codes: [String: (ours: String, why: String)] = [:]
}
