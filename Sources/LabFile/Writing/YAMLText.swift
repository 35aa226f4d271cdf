/// YAML in one line per object, as people write lab files: `{ cidr: 10.0.0.0/24, zone: a }`.
enum YAMLText {
    /// A word as it is, if nothing in it means anything to YAML or to a lab file; in quotes otherwise.
    static func quoted(_ text: String) -> String {
        let isPlain = (97...122).contains(text.utf8.first ?? 0) && text.utf8.allSatisfy(isWordByte)
        if isPlain, !meanings.contains(text) { return text }
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where scalar.value < 32 || 127...159 ~= scalar.value:
                let hex = String(scalar.value, radix: 16)
                result += "\\x" + (hex.utf8.count < 2 ? "0" : "") + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    static func list(_ items: [String]) -> String { "[\(items.joined(separator: ", "))]" }

    /// Only what is there; the order is ours, and always the same.
    static func mapping(_ pairs: [(key: String, value: String?)]) -> String {
        let written = pairs.compactMap { pair in pair.value.map { $0.isEmpty ? pair.key : "\(pair.key): \($0)" } }
        return written.isEmpty ? "{}" : "{ \(written.joined(separator: ", ")) }"
    }

    /// Letters, digits and what stands in names, blocks and `host:port`… but not the colon.
    private static func isWordByte(_ byte: UInt8) -> Bool {
        97...122 ~= byte || 48...57 ~= byte || byte == 45 || byte == 46
    }

    private static let meanings: Set<String> = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "~"]
}
