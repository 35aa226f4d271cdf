import ArgumentParser
import CloudModel
import LabRunner

/// `netlab validate`.
struct Validate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check lab files, all errors at once.",
        discussion: """
            EXAMPLES
              netlab validate labs/*.yaml
            """)

    @Argument(help: "Lab files, names of labs, or folders of AWS descriptions.", completion: .lab) var files: [String]
    @Flag(help: "Print the problems as JSON.") var json = false

    func run() throws { try Self.run(files, json: json) }

    private static func run(_ files: [String], json: Bool) throws {
        var problems: [Problem] = []
        var isBad = false
        for file in files {
            let source: LabSource.Look
            do {
                source = try LabSource.look(at: file)
            } catch let error as LabRunnerError where error.kind == .input {
                // The others are read all the same.
                isBad = true
                problems.append(
                    Problem(.error, Origin(file: file, line: 0, column: 0), error.message, hint: error.hint))
                continue
            }
            if source.lab == nil { isBad = true }
            problems += source.problems
            if !json && source.problems.isEmpty { Output.say("\(source.path): ok") }
        }
        if json {
            try Output.json(problems.map(ProblemRow.init))
        } else {
            for problem in problems { Output.complain(problem.rendered, raw: true) }
        }
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
