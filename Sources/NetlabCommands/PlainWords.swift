/// The words after a command's name, in their plainest form, read without ArgumentParser.
///
/// ArgumentParser looks at all commands by reflection, which takes 3 to 7 ms: more than `down` needs for its whole
/// work. So commands that scripts call often are read here first. Whatever is not plain (`--help`, `--name=value`, a
/// word that is unknown, missing or too many) is left to ArgumentParser, which has the messages.
struct PlainWords {
    private(set) var operands: [String] = []
    private var flags: Set<String> = []
    private var options: [String: [String]] = [:]

    /// `nil` when ArgumentParser must look at them.
    init?(_ words: ArraySlice<String>, flags known: Set<String> = [], options named: Set<String> = []) {
        var rest = words
        while let word = rest.popFirst() {
            if !word.hasPrefix("-") {
                operands.append(word)
            } else if named.contains(word) {
                guard let value = rest.popFirst(), !value.hasPrefix("-") else { return nil }
                options[word, default: []].append(value)
            } else {
                guard known.contains(word), flags.insert(word).inserted else { return nil }
            }
        }
    }

    /// The operand, if there is exactly one.
    var onlyOperand: String? { operands.count == 1 ? operands[0] : nil }

    func has(_ flag: String) -> Bool { flags.contains(flag) }

    /// Of an option given twice the last one holds, as with ArgumentParser.
    func value(of option: String) -> String? { options[option]?.last }

    func values(of option: String) -> [String] { options[option] ?? [] }
}

/// A command that runs from plain words too.
protocol PlainCommand {
    /// Runs it; `false`, with nothing done, when the words are for ArgumentParser.
    static func runPlainly(_ words: ArraySlice<String>) throws -> Bool
}
