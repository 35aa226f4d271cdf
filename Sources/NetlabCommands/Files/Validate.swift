import ArgumentParser
import CloudModel
import LabFile
import LabRunner
import LinuxSystem

/// `netlab validate`.
struct Validate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check lab files, all errors at once.",
        discussion: """
            EXAMPLES
              netlab validate labs/*.yaml
            """)

    @Argument(help: "Lab files, or names of labs.") var files: [String]
    @Flag(help: "Print the problems as JSON.") var json = false

    private struct Row: Encodable {
        let file: String
        let line: Int
        let column: Int
        let severity: String
        let message: String
        let hint: String
    }

    func run() throws { try Self.run(files, json: json) }

    private static func run(_ files: [String], json: Bool) throws {
        var rows: [Row] = []
        var texts: [String] = []
        var isBad = false
        for file in files {
            let path = try LabSource.find(file)
            let text: String
            do {
                text = try Files.read(path, limit: 16 << 20)
            } catch {
                throw LabRunnerError(.input, "\(path) cannot be read: \(error)")
            }
            let reading = LabFile.read(text, file: path)
            if reading.lab == nil { isBad = true }
            texts += reading.problems.map(\.rendered)
            rows += reading.problems.map {
                Row(
                    file: $0.origin.file, line: $0.origin.line, column: $0.origin.column,
                    severity: $0.severity.rawValue, message: $0.message, hint: $0.hint)
            }
            if !json && reading.problems.isEmpty { Output.say("\(path): ok") }
        }
        if json { try Output.json(rows) } else { for text in texts { Output.complain(text, raw: true) } }
        if isBad { throw ExitCode(2) }
    }
}

extension Validate: PlainCommand {
    static func runPlainly(_ words: ArraySlice<String>) throws -> Bool {
        guard let words = PlainWords(words, flags: ["--json"]), !words.operands.isEmpty else { return false }
        try run(words.operands, json: words.has("--json"))
        return true
    }
}
