/// A report as JUnit XML, which every CI system reads.
struct JUnitReport {
    private let report: Report

    init(_ report: Report) { self.report = report }

    var text: String {
        let cases = report.checks.map(testCase).joined(separator: "\n")
        let counts =
            "tests=\"\(report.checks.count)\" failures=\"\(report.count(.fail))\" errors=\"\(report.count(.error))\""
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuite name="\(escaped("netlab.\(report.lab)"))" \(counts) time="\(Self.decimal(report.seconds))">
            \(cases)
            </testsuite>
            """
    }

    private func testCase(_ check: CheckResult) -> String {
        let open =
            "  <testcase classname=\"\(escaped("\(report.lab).\(check.claim)"))\" name=\"\(escaped(check.says.onOneLine))\" "
            + "time=\"\(Self.decimal(check.seconds))\">"
        var lines = [open]
        switch check.verdict {
        case .pass: break
        case .fail: lines.append("    <failure message=\"\(escaped(check.reason.onOneLine))\"/>")
        case .error: lines.append("    <error message=\"\(escaped(check.reason.onOneLine))\"/>")
        }
        lines.append("    <system-out>\(escaped(check.transcript))</system-out>")
        lines.append("  </testcase>")
        return lines.joined(separator: "\n")
    }

    /// Three decimals, a point whatever the locale.
    static func decimal(_ seconds: Double) -> String {
        let milliseconds = Int((seconds * 1000).rounded())
        let rest = String(milliseconds % 1000)
        return "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
    }

    /// XML allows tab, newline and carriage return of the control characters, and no others.
    private func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n", "\t", "\r": result.unicodeScalars.append(scalar)
            case _ where scalar.value < 0x20 || scalar.value == 0xfffe || scalar.value == 0xffff: result += "?"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension CheckResult {
    /// The evidence as lines, for formats that have one place for it.
    var transcript: String {
        var lines = trials.flatMap(\.transcript)
        if let controlSays { lines.append("control: \(controlSays.onOneLine)") }
        lines += control.flatMap(\.transcript)
        return lines.joined(separator: "\n")
    }
}

extension TrialResult {
    fileprivate var transcript: [String] {
        var lines = ["\(from): \(probe): \(error.map { "could not be tried: \($0)" } ?? sender)"]
        if !path.isEmpty { lines.append("path: \(path.joined(separator: " → "))") }
        lines += findings.map { "ok: \($0)" } + failures.map { "not ok: \($0)" }
        return lines.map(\.onOneLine)
    }
}
