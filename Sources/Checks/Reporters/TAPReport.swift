/// A report in the Test Anything Protocol, version 13.
struct TAPReport {
    private let report: Report

    init(_ report: Report) { self.report = report }

    var text: String {
        let lines = report.checks.enumerated().flatMap { index, check -> [String] in
            let state = check.verdict == .pass ? "ok" : "not ok"
            let title = "\(state) \(index + 1) - \(escaped("\(check.claim) \(check.says)"))"
            let reason = check.reason.isEmpty ? [] : ["# \(check.verdict.rawValue): \(check.reason.onOneLine)"]
            return [title] + reason + check.transcript.split(separator: "\n").map { "# \($0)" }
        }
        return (["TAP version 13", "1..\(report.checks.count)"] + lines).joined(separator: "\n")
    }

    /// After a bare `#` readers look for `SKIP` and `TODO`, either of which makes a failure pass.
    private func escaped(_ text: String) -> String {
        text.onOneLine.replacing("\\", with: "\\\\").replacing("#", with: "\\#")
    }
}
