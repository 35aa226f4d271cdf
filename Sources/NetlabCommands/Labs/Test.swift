import ArgumentParser
import Checks
import CloudModel
import LabRunner

/// `netlab test`.
struct Test: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Build a lab, check every claim, take it down.",
        discussion: """
            EXAMPLES
              netlab test private-nat
              netlab test private-nat --format junit --output report.xml
            """)

    @Argument(help: "A lab's name (labs/NAME.yaml) or a lab file.") var lab: String
    @Option(help: "What to call the lab while it is up.") var name: String?
    @OptionGroup var options: CheckOptions

    func run() throws { try Self.run(lab, name: name, options.choice) }

    private static func run(_ lab: String, name: String?, _ options: CheckChoice) throws {
        let source = try LabSource.read(lab)
        Interruption.hold()
        let name = try LabName.valid(name ?? source.lab.name)
        let start = ContinuousClock.now
        let running = try LabUp(source.lab, name: name, labText: source.text, settings: Share.settings).run()
        Output.note(
            "\(name): \(running.nodes.count) namespaces up in \(Int((ContinuousClock.now - start).seconds * 1000)) ms")
        let outcome = Result {
            try CheckRun(running, only: options.only).report(format: options.format, to: options.output)
        }
        do {
            _ = try LabDown(name).run()
        } catch {
            Output.complain("\(error)")
            if case .success = outcome { throw ExitCode(3) }
        }
        try outcome.get()
    }
}

extension Test: PlainCommand {
    static func runPlainly(_ words: ArraySlice<String>) throws -> Bool {
        guard
            let words = PlainWords(
                words, flags: CheckChoice.flags, options: CheckChoice.options.union(["--name"])),
            let lab = words.onlyOperand, let choice = CheckChoice(words)
        else { return false }
        try run(lab, name: words.value(of: "--name"), choice)
        return true
    }
}
