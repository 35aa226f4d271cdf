import Drift
import KernelObjects

/// Differences between a running lab and its plan, as `up`, `plan` and `status` show them.
struct DifferenceText: Encodable {
    struct Entry: Encodable {
        /// A node, `lab` or `services`.
        let place: String
        /// `add`, `remove` or `change`.
        let verb: String
        let object: String
        let words: String
        let was: String?
        /// The object of the lab file.
        let owner: String?
    }

    let entries: [Entry]
    private let lines: [LabDifference.Line]

    init(_ lines: [LabDifference.Line]) {
        self.lines = lines
        entries = lines.map { line in
            let difference = line.difference
            return Entry(
                place: line.place, verb: difference.verb.rawValue, object: difference.noun, words: difference.words,
                was: difference.was, owner: difference.owner.isEmpty ? nil : difference.owner)
        }
    }

    var isEmpty: Bool { lines.isEmpty }

    /// What has to be done, or was: one line each.
    var orders: [String] { lines.map { "\($0.place): \($0.difference)" } }

    /// What is the matter: one line each.
    var complaints: [String] { lines.map { "\($0.place): \($0.difference.complaint)" } }

    func encode(to encoder: any Encoder) throws { try entries.encode(to: encoder) }
}
