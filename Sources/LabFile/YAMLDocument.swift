import CloudModel
import Yams

/// One YAML document as a tree of nodes that know their line and column.
enum YAMLDocument {
    /// The root of the only document of the text, or `nil` with the reason in the source's problems.
    static func compose(_ text: String, source: Source) -> Node? {
        if let refusal = InputLimits.refusal(of: text, file: source.file) {
            source.error(refusal.origin, refusal.message, hint: refusal.hint)
            return nil
        }
        var text = text
        if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
        // Only to find a place in: most texts have nothing wrong with them.
        lazy var scalars = Array(text.unicodeScalars)

        // Yams stops at the first key that stands twice in a mapping. To report what else is wrong, the first of the
        // two gets a private-use character and the text another try; long texts are not worth the repetition.
        let attempts = text.utf8.count < 1_000_000 ? 32 : 1
        for attempt in 0..<attempts {
            do {
                guard let root = try Yams.compose(yaml: text, .basic, .default, .utf8) else {
                    source.error(
                        Origin(file: source.file, line: 1, column: 1), "the file is empty",
                        hint: "a lab begins with `lab: its-name`")
                    return nil
                }
                return root
            } catch YamlError.duplicatedKeysInMapping(let names, let context) {
                let origin = Origin(file: source.file, line: context.mark.line, column: context.mark.column)
                let marker = Unicode.Scalar(0xE000 + UInt32(attempt)) ?? "\u{F8FF}"
                guard let name = names.first, attempt < attempts - 1, rename(&scalars, at: context.mark, to: marker)
                else {
                    source.error(
                        origin, "`\(ObjectName.shown(names.first ?? ""))` is written twice",
                        hint: "keep one of them; what follows was not read")
                    return nil
                }
                source.twins[origin] = name
                text = string(scalars)
            } catch {
                source.report(error, in: scalars)
                return nil
            }
        }
        return nil
    }

    private static func string(_ scalars: [Unicode.Scalar]) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    /// Replaces the first letter of the key at the mark; `false` if no plain letter stands there.
    private static func rename(_ scalars: inout [Unicode.Scalar], at mark: Mark, to marker: Unicode.Scalar) -> Bool {
        guard var index = LineIndex.index(in: scalars, line: mark.line, column: mark.column) else { return false }
        if scalars[index] == "\"" || scalars[index] == "'" { index += 1 }
        guard index < scalars.count else { return false }
        let scalar = scalars[index]
        guard scalar.properties.isAlphabetic || "0"..."9" ~= scalar else { return false }
        scalars[index] = marker
        return true
    }
}

/// Lines and columns as libyaml counts them: in scalars, with five kinds of line ends.
enum LineIndex {
    /// The position of a line and column, both from 1.
    static func index(in scalars: [Unicode.Scalar], line: Int, column: Int) -> Int? {
        var current = 1
        var index = 0
        while current < line, index < scalars.count {
            if isBreak(scalars, index) { current += 1 }
            index += 1
        }
        let found = index + column - 1
        return current == line && column >= 1 && found < scalars.count ? found : nil
    }

    /// The line and column of a position, both from 1.
    static func place(of position: Int, in scalars: [Unicode.Scalar]) -> (line: Int, column: Int) {
        var (line, start) = (1, 0)
        for index in 0..<min(max(position, 0), scalars.count) where isBreak(scalars, index) {
            line += 1
            start = index + 1
        }
        return (line, max(position - start, 0) + 1)
    }

    private static func isBreak(_ scalars: [Unicode.Scalar], _ index: Int) -> Bool {
        switch scalars[index] {
        case "\n", "\u{85}", "\u{2028}", "\u{2029}": true
        case "\r": index + 1 >= scalars.count || scalars[index + 1] != "\n"
        default: false
        }
    }
}

extension Source {
    /// What the parser says, in words for someone who does not know its inside.
    fileprivate func report(_ failure: any Error, in scalars: [Unicode.Scalar]) {
        switch failure {
        case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _):
            // At the end of the text libyaml points one line behind it.
            let last = LineIndex.place(of: scalars.count, in: scalars).line
            let origin = Origin(file: file, line: min(max(mark.line, 1), last), column: max(mark.column, 1))
            let isSecond = problem.contains("another document")
            error(
                origin, isSecond ? "a second YAML document begins here" : "this is not valid YAML: \(problem)",
                hint: advice(on: problem))
        case YamlError.reader(_, let offset, _, _):
            let (line, column) = LineIndex.place(of: offset ?? 0, in: scalars)
            error(
                Origin(file: file, line: line, column: column), "a character that YAML does not allow",
                hint: "remove it: control characters cannot stand in a YAML file")
        default:
            error(Origin(file: file, line: 1, column: 1), "this is not valid YAML: \(failure)")
        }
    }

    private func advice(on problem: String) -> String {
        if problem.contains("cannot start any token") { return "indent with spaces, not tabs; quote text with ` @ %" }
        if problem.contains("mapping values are not allowed") { return "quote a value that holds `: `" }
        if problem.contains("nesting level") { return "a lab file is not that deep" }
        if problem.contains("another document") { return "one lab for each file; remove the `---` in the middle" }
        if problem.contains("expected ',' or") { return "is a `{` or `[` not closed, or a comma missing before this?" }
        if problem.contains("end of stream") { return "is a quote not closed?" }
        if problem.contains("block end") || problem.contains("expected key") {
            return "is this line indented as its neighbours are?"
        }
        return ""
    }
}
