import CloudModel
import Reachability
import Testing

@Suite("Outages in the analysis")
struct OutageTests {
    private static func explain(_ lab: String, _ outages: [Outage], _ from: String, _ to: String) throws -> Analysis {
        var lab = try Fixtures.lab(lab)
        lab.outages = outages
        return ReachabilityIndex(lab).explain(
            Flow(from: .node(from), to: .node(to), .tcp(port: from == "user" ? 443 : 80)))
    }

    @Test(
        "what has failed is named, and nothing else is lost",
        arguments: [
            ("nat-single-az", "app-b", "echo", "NAT gateway nat-a is cut off: zone a has failed"),
            ("nat-single-az", "app-a", "echo", "instance app-a is cut off: zone a has failed"),
            ("nat-single-az", "web-b", "echo", nil), ("nat-per-az", "app-b", "echo", nil),
            ("nat-per-az", "app-a", "echo", "instance app-a is cut off: zone a has failed"),
        ])
    func zone(lab: String, from: String, to: String, sentence: String?) throws {
        let analysis = try Self.explain(lab, [Outage(.zone, "a")], from, to)
        #expect(analysis.isReachable == (sentence == nil))
        #expect(analysis.explanations.first?.sentence == sentence)
        #expect(analysis.code == (sentence == nil ? nil : .badState))
    }

    @Test(
        "a gateway, a host, one interface",
        arguments: [
            (Outage(.node, "igw"), "web-b", "echo"), (Outage(.node, "echo"), "web-b", "echo"),
            (Outage(.link, "web-b"), "user", "web-b"), (Outage(.nat, "nat-a"), "app-b", "echo"),
        ])
    func one(outage: Outage, from: String, to: String) throws {
        #expect(try Self.explain("nat-single-az", [], from, to).isReachable)
        let analysis = try Self.explain("nat-single-az", [outage], from, to)
        #expect(!analysis.isReachable && analysis.code == .badState)
        #expect(analysis.explanations.first?.sentence.contains("\(outage) has failed") == true)
    }
}
