public import ArgumentParser
public import Checks
import CloudModel
import LabRunner

/// `netlab check`.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a running lab's claims by packets.",
        discussion: """
            EXAMPLES
              netlab check private-nat
              netlab check private-nat --only C2 --only C3 --format json
            """)

    @Argument(help: "A running lab.", completion: .runningLab) var name: String
    @OptionGroup var options: CheckOptions

    func run() throws { try Self.run(name, options.choice) }

    private static func run(_ name: String, _ choice: CheckChoice) throws {
        Interruption.hold()
        let running = try RunningLab.attach(try LabName.valid(name))
        OutageReport.note(running.lab, name: name)
        try CheckRun(running, only: choice.only).report(format: choice.format, to: choice.output)
    }
}

extension Check: PlainCommand {
    static func runPlainly(_ words: ArraySlice<String>) throws -> Bool {
        guard let words = PlainWords(words, flags: CheckChoice.flags, options: CheckChoice.options),
            let name = words.onlyOperand, let choice = CheckChoice(words)
        else { return false }
        try run(name, choice)
        return true
    }
}

/// What `check` and `test` were asked for.
struct CheckChoice {
    var only: [String]
    var format: ReportFormat
    var output: String?
}

extension CheckChoice {
    static let flags: Set = ["--json"]
    static let options: Set = ["--only", "--format", "--output"]

    /// `nil` when the words are for ArgumentParser.
    init?(_ words: PlainWords) {
        guard let format = ReportFormat(rawValue: words.value(of: "--format") ?? "text") else { return nil }
        self.init(
            only: words.values(of: "--only"), format: words.has("--json") ? .json : format,
            output: words.value(of: "--output"))
    }
}

/// What `check` and `test` share.
struct CheckOptions: ParsableArguments {
    @Option(help: "Only this claim, e.g. C3; may be given again.") var only: [String] = []
    @Option(help: "text, json, junit or tap.") var format: ReportFormat = .text
    @Flag(help: "The same as --format json.") var json = false
    @Option(help: "Write the report to a file.", completion: .file()) var output: String?

    mutating func validate() throws {
        if json { format = .json }
    }

    var choice: CheckChoice { CheckChoice(only: only, format: format, output: output) }
}

extension ReportFormat: ExpressibleByArgument {}

extension CheckRun {
    init(_ lab: RunningLab, only: [String]?) throws {
        let claims = Set(lab.lab.checks.map(\.claim))
        for claim in only ?? [] where !claims.contains(claim) {
            throw LabRunnerError(
                .input, "lab \(lab.name) makes no claim \(claim)",
                hint: "its claims are: \(claims.sorted().joined(separator: ", "))")
        }
        self.init(lab: lab, only: only ?? [])
    }

    /// Runs, reports, and throws exit status 1 unless every check passed.
    func report(format: ReportFormat, to file: String?) throws {
        if Output.isWatched { Output.note("checking \(count) claims of \(labName)…") }
        let report = try run()
        let text = try report.rendered(as: format, color: file == nil && Output.usesColor)
        if let file { try Output.write(text, toFile: file) } else { Output.say(text) }
        if !report.passed { throw ExitCode(1) }
    }
}
