import CloudModel
import LabFile
import Testing

@Suite("Bad labs: every message, word for word")
struct BadLabTests {
    @Test("there are enough of them")
    func count() {
        #expect(Fixtures.badNames.count >= 60)
    }

    @Test("reads as the user must read it", arguments: Fixtures.badNames)
    func golden(name: String) throws {
        let reading = LabFile.read(try Fixtures.text("Tests/Fixtures/BadLabs/\(name).yaml"), file: "\(name).yaml")
        #expect(reading.rendered == (try Fixtures.golden("Tests/Fixtures/BadLabs/\(name).txt", for: reading.rendered)))
        #expect(!reading.problems.isEmpty)
        #expect((reading.lab == nil) == reading.problems.contains { $0.severity == .error })
        #expect(reading.problems == reading.problems.sorted())
        for problem in reading.problems {
            #expect(problem.origin.line >= 1 && problem.origin.column >= 1, "\(problem.rendered)")
        }
    }

    @Test("a misplaced NAT gateway is a warning, and the lab is built")
    func misplaced() throws {
        let reading = LabFile.read(try Fixtures.text("Tests/Fixtures/BadLabs/nat-misplaced.yaml"), file: "x")
        #expect(reading.problems.map(\.severity) == [.warning])
        #expect(reading.lab?.vpcs.first?.natGateways.count == 1)
    }

    @Test("an egress-only Internet gateway is said not to be reproduced, and the lab is built")
    func egressOnly() {
        let text = "lab: x\nvpc: { cidr: 10.0.0.0/16 }\negress-only-internet-gateways: [eigw-1]\n"
        let reading = LabFile.read(text, file: "x")
        #expect(reading.problems.map(\.severity) == [.warning])
        #expect(reading.rendered.contains("`eigw-1` is not reproduced: it carries IPv6 only"))
        #expect(reading.lab?.vpcs.first?.egressOnlyInternetGateways == ["eigw-1"])
    }
}
