import CloudModel
import Testing

@testable import Checks

/// From trials and controls to one word.
@Suite struct VerdictTests {
    private static let good = Case(Expected(succeeds: true)).with { $0.observation?.succeeded = true }
    private static let bad = Case(Expected(succeeds: true))
    private static let broken = bad.with {
        $0.observation = nil
        $0.error = "no such node"
    }

    private func verdict(_ trials: [Case], control: [Case]? = [good]) throws -> (Verdict, String) {
        let counter = Control(
            says: "it could have been otherwise", from: ["app"], probe: .addresses, expect: Expected())
        let check = Check(
            claim: "C1", says: "it is so", from: ["app"], probe: .addresses, expect: Expected(),
            control: control == nil ? nil : counter)
        let result = CheckResult(
            check, trials: try trials.map { try $0.result() }, control: try (control ?? []).map { try $0.result() })
        return (result.verdict, result.reason)
    }

    @Test func passes() throws {
        #expect(try verdict([Self.good]) == (.pass, ""))
        #expect(try verdict([Self.good, Self.good], control: [Self.good, Self.good]) == (.pass, ""))
        #expect(try verdict([Self.good], control: nil) == (.pass, ""))
    }

    @Test func failsOnItsOwnEvidence() throws {
        #expect(try verdict([Self.bad]) == (.fail, "app: answered"))
        #expect(try verdict([Self.good, Self.bad]).0 == .fail)
        // A claim that is refuted is refuted, whatever else went wrong.
        #expect(try verdict([Self.broken, Self.bad]).0 == .fail)
        #expect(try verdict([Self.bad], control: [Self.bad]).0 == .fail)
        #expect(try verdict([Self.bad], control: [Self.broken]).0 == .fail)
    }

    @Test func cannotBeToldWithoutAProbe() throws {
        #expect(try verdict([]) == (.error, "nothing was tried"))
        #expect(try verdict([Self.broken]) == (.error, "app: no such node"))
        #expect(try verdict([Self.good, Self.broken]).0 == .error)
    }

    @Test func passesOnlyWithItsControl() throws {
        #expect(try verdict([Self.good], control: []) == (.error, "the control was not tried"))
        #expect(
            try verdict([Self.good], control: [Self.bad]) == (.error, "the control did not come out: app: answered"))
        #expect(try verdict([Self.good], control: [Self.good, Self.bad]).0 == .error)
        #expect(try verdict([Self.good], control: [Self.broken]) == (.error, "control, app: no such node"))
    }

    @Test func nothingExpectedIsNeverAPass() throws {
        let empty = Case(Expected())
        #expect(try verdict([empty]).0 == .fail)
        #expect(try verdict([Self.good], control: [empty]).0 == .error)
    }

    @Test func aReportPassesOnlyIfAllDoAndThereIsOne() throws {
        #expect(!Report(lab: "l", title: "", checks: [], seconds: 0).passed)
        let results = try [[Self.good], [Self.bad], [Self.broken]].map { trials in
            CheckResult(
                Check(claim: "C1", says: "", from: [], probe: .addresses, expect: Expected()),
                trials: try trials.map { try $0.result() }, control: [])
        }
        #expect(results.map(\.verdict) == [.pass, .fail, .error])
        #expect(Report(lab: "l", title: "", checks: [results[0]], seconds: 0).passed)
        #expect(!Report(lab: "l", title: "", checks: [results[0], results[1]], seconds: 0).passed)
        #expect(!Report(lab: "l", title: "", checks: [results[0], results[2]], seconds: 0).passed)
        let all = Report(lab: "l", title: "", checks: results, seconds: 0)
        #expect([Verdict.pass, .fail, .error].map(all.count) == [1, 1, 1])
    }
}
