/// A report for people: one block a check, the verdict in front.
struct TextReport {
    private let report: Report
    private let color: Bool

    init(_ report: Report, color: Bool) {
        self.report = report
        self.color = color
    }

    var text: String {
        let width = report.checks.map(\.claim.count).max() ?? 2
        let blocks = report.checks.map { block($0, width) }
        let counts = [Verdict.pass, .fail, .error].compactMap { verdict -> String? in
            let count = report.count(verdict)
            return count == 0 ? nil : paint("\(count) \(Self.words[verdict] ?? "")", verdict)
        }
        let title = "\(report.lab)\(report.title.isEmpty ? "" : ": \(report.title.onOneLine)")"
        let heading = ([title] + report.shortenedTimers.map { "shortened: \($0)" }).joined(separator: "\n")
        return """
            \(heading)

            \(blocks.joined(separator: "\n"))

            \(counts.isEmpty ? "no checks" : counts.joined(separator: ", ")) in \(Self.milliseconds(report.seconds))
            """
    }

    private static let words: [Verdict: String] = [.pass: "passed", .fail: "failed", .error: "could not be told"]

    private func block(_ check: CheckResult, _ width: Int) -> String {
        let claim = check.claim + String(repeating: " ", count: width - check.claim.count)
        let verdict = paint(check.verdict.rawValue.uppercased().padded(to: 5), check.verdict)
        let source = check.source.isEmpty ? "" : dim("  [\(check.source.onOneLine)]")
        let indent = String(repeating: " ", count: width + 8)
        var lines = ["\(claim)  \(verdict) \(check.says.onOneLine)\(source)  \(dim(Self.milliseconds(check.seconds)))"]
        if !check.reason.isEmpty { lines.append(indent + paint(check.reason.onOneLine, check.verdict)) }
        if !check.outage.isEmpty {
            lines.append(indent + "during an outage of \(check.outage.joined(separator: ", "))")
        }
        for trial in check.trials { lines += self.lines(trial).map { indent + $0 } }
        if let says = check.controlSays {
            lines.append(indent + "control: \(says.onOneLine)")
            for trial in check.control { lines += self.lines(trial).map { indent + "  " + $0 } }
        }
        return lines.joined(separator: "\n")
    }

    private func lines(_ trial: TrialResult) -> [String] {
        if let error = trial.error { return ["\(trial.from): \(trial.probe): could not be tried: \(error)".onOneLine] }
        var lines = ["\(trial.from): \(trial.probe): \(trial.sender)".onOneLine]
        if !trial.path.isEmpty { lines.append("  path  \(trial.path.joined(separator: " → "))") }
        lines += trial.findings.map { "  \(paint("✓", .pass)) \($0.onOneLine)" }
        lines += trial.failures.map { "  \(paint("✗", .fail)) \($0.onOneLine)" }
        return lines
    }

    private func paint(_ text: String, _ verdict: Verdict) -> String {
        guard color else { return text }
        let code =
            switch verdict {
            case .pass: "32"
            case .fail: "1;31"
            case .error: "1;33"
            }
        return "\u{1b}[\(code)m\(text)\u{1b}[0m"
    }

    private func dim(_ text: String) -> String { color ? "\u{1b}[2m\(text)\u{1b}[0m" : text }

    private static func milliseconds(_ seconds: Double) -> String {
        seconds >= 10 ? "\(Int(seconds.rounded())) s" : "\(Int((seconds * 1000).rounded())) ms"
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
