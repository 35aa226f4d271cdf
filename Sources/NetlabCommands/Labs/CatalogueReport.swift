import Checks

/// What came of testing many labs.
struct CatalogueReport: Encodable {
    /// Why a lab could not be tested, and the exit status that says so.
    struct Problem: Encodable {
        let text: String
        let status: Int32
    }

    /// One lab; neither report nor problem where it makes none of the claims asked for.
    struct Entry: Encodable {
        let lab: String
        let passed: Bool
        let report: Report?
        let problem: String?
        let seconds: Double
        fileprivate let status: Int32

        private enum CodingKeys: CodingKey { case lab, passed, report, problem, seconds }

        init(lab: String, report: Report?, problem: Problem?, seconds: Double) {
            self.lab = lab
            self.report = report
            self.problem = problem?.text
            self.seconds = seconds
            status = problem?.status ?? (report?.passed == false ? 1 : 0)
            passed = status == 0
        }

        var isSkipped: Bool { report == nil && problem == nil }

        fileprivate var row: [String] {
            func count(_ verdict: Verdict) -> String { report.map { "\($0.count(verdict))" } ?? "-" }
            let result = isSkipped ? "no such claim" : problem != nil ? "NOT TESTED" : passed ? "passed" : "FAILED"
            return [
                lab, report.map { "\($0.checks.count)" } ?? "-", count(.pass), count(.fail), count(.error),
                CatalogueReport.text(seconds), result,
            ]
        }
    }

    let passed: Bool
    let labs: [Entry]
    let seconds: Double
    /// 0 all is well, 1 a check failed, 2 bad input, 3 the system refused, 130 interrupted: the worst of all labs.
    let status: Int32

    private enum CodingKeys: CodingKey { case passed, labs, seconds }

    /// Nothing tested is not a pass.
    init(labs: [Entry], seconds: Double) {
        self.labs = labs
        self.seconds = seconds
        status = labs.allSatisfy(\.isSkipped) ? 2 : labs.map(\.status).max() ?? 2
        passed = status == 0
    }

    var text: String {
        var table = TextTable(["lab", "checks", "passed", "failed", "errors", "time", "result"])
        for entry in labs { table.add(entry.row) }
        let reports = labs.compactMap(\.report)
        let checks = reports.reduce(0) { $0 + $1.checks.count }
        let good = reports.reduce(0) { $0 + $1.count(.pass) }
        let timers = labs.flatMap { entry in
            (entry.report?.shortenedTimers ?? []).map { "shortened in \(entry.lab): \($0)" }
        }
        let sum =
            "\(labs.count { $0.passed && !$0.isSkipped }) of \(labs.count) labs, \(good) of \(checks) checks "
            + "passed in \(Self.text(seconds))"
        return ([table.text] + [timers.joined(separator: "\n")] + labs.compactMap(Self.complaint) + [sum])
            .filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    /// What did not pass, with its reason.
    private static func complaint(_ entry: Entry) -> String? {
        if let problem = entry.problem { return "\(entry.lab): \(problem)" }
        let bad = (entry.report?.checks ?? []).filter { $0.verdict != .pass }
        guard !bad.isEmpty else { return nil }
        return bad.map {
            "\(entry.lab) \($0.claim) \($0.verdict.rawValue.uppercased()): \($0.says)\n    \($0.reason)"
        }.joined(separator: "\n")
    }

    fileprivate static func text(_ seconds: Double) -> String {
        let tenths = Int((seconds * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) s"
    }
}
