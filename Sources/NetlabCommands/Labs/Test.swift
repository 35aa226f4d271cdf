import ArgumentParser
import Checks
import CloudModel
import LabRunner

/// `netlab test`.
struct Test: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Build a lab, check every claim, take it down; or all labs at once.",
        discussion: """
            With --all every lab that has a name is tested, several at a time, under names of their own (all-LAB), so that
            labs that are up are left alone. The result is one table, and below it whatever did not pass.

            EXAMPLES
              netlab test private-nat
              netlab test private-nat --format junit --output report.xml
              netlab test --all
              netlab test --all --jobs 8 --json --output all.json
            """)

    @Argument(help: "A lab's name (labs/NAME.yaml) or a lab file.", completion: .lab) var lab: String?
    @Flag(help: "Every lab in ./labs and in the share folder.") var all = false
    @Option(help: "How many labs at a time, with --all; by default four for each processor.") var jobs: Int?
    @Option(help: "What to call the lab while it is up.") var name: String?
    @OptionGroup var options: CheckOptions

    func validate() throws {
        if all == (lab != nil) { throw ValidationError("name a lab, or --all") }
        if !all {
            if jobs != nil { throw ValidationError("--jobs goes with --all") }
            return
        }
        if name != nil { throw ValidationError("with --all the labs have names of their own") }
        if let jobs, !(1...1000 ~= jobs) { throw ValidationError("--jobs goes from 1 to 1000") }
        if options.format != .text && options.format != .json {
            throw ValidationError("with --all the format is text or json")
        }
    }

    func run() throws {
        if let lab { return try Self.run(lab, name: name, options.choice) }
        try TestAll(LabSource.known, jobs: jobs, options.choice).run()
    }

    private static func run(_ lab: String, name: String?, _ options: CheckChoice) throws {
        let reserve = LabSource.reserve(for: lab, name: name)
        let source = try LabSource.read(lab)
        Interruption.hold()
        let name = try LabName.valid(name ?? source.lab.name)
        let start = ContinuousClock.now
        let running = try LabUp(
            source.lab, name: name, labText: source.text, settings: Share.settings, reserve: reserve
        ).run()
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
