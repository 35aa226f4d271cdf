import FoundationEssentials

/// A report for programs: keys sorted, so that the same facts are the same bytes.
struct JSONReport {
    private let report: Report

    init(_ report: Report) { self.report = report }

    var text: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(Document(passed: report.passed, report: report)), as: UTF8.self)
        }
    }

    private struct Document: Encodable {
        let passed: Bool
        let report: Report

        enum Keys: CodingKey { case passed }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode(passed, forKey: .passed)
            try report.encode(to: encoder)
        }
    }
}
