import ArgumentParser
import Checks
import CloudModel
import LabRunner

/// `netlab up`.
struct Up: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Build a lab and leave it up; of a lab that is up, change what differs from the file.",
        discussion: """
            EXAMPLES
              netlab up private-nat
              netlab up labs/private-nat.yaml --name mine --check
              netlab up private-nat --dry-run     only say what would be made or changed
            """)

    @Argument(help: "A lab's name (labs/NAME.yaml) or a lab file.", completion: .lab) var lab: String
    @Option(help: "What to call the running lab; the file's name for it by default.") var name: String?
    @Flag(help: "Check every claim once it is up.") var check = false
    @Flag(help: "Print what was built or changed as JSON.") var json = false
    @Flag(name: .customLong("dry-run"), help: "Only say what would be done.") var dryRun = false
    // For `make bench`: the network alone, as the peers build it; and where the time went.
    @Flag(name: .customLong("no-services"), help: .hidden) var networkOnly = false
    @Flag(help: .hidden) var timings = false

    func validate() throws {
        if dryRun && check { throw ValidationError("--dry-run builds nothing that --check could check") }
    }

    func run() throws {
        if dryRun { return try preview() }
        try Self.run(lab, name: name, check: check, json: json, networkOnly: networkOnly, timings: timings)
    }

    private func preview() throws {
        let source = try LabSource.read(lab)
        try UpPreview(source.lab, name: LabName.valid(name ?? source.lab.name)).show(json: json)
    }

    private static func run(
        _ lab: String, name: String?, check: Bool, json: Bool, networkOnly: Bool, timings: Bool
    ) throws {
        let reading = ContinuousClock.now
        let reserve = LabSource.reserve(for: lab, name: name)
        let source = try LabSource.read(lab)
        Interruption.hold()
        let name = try LabName.valid(name ?? source.lab.name)
        let start = ContinuousClock.now
        let running = try LabUp(
            source.lab, name: name, labText: source.text, settings: Share.settings, services: !networkOnly,
            reserve: reserve
        ).run()
        var summary = LabSummary(running, seconds: (ContinuousClock.now - start).seconds)
        if timings { summary.phases = [UpPhase("read", start - reading)] + running.phases }
        if json { try Output.json(summary) } else { Output.say(summary.text) }
        if check { try CheckRun(running, only: nil).report(format: .text, to: nil) }
    }
}

extension Up: PlainCommand {
    static func runPlainly(_ words: ArraySlice<String>) throws -> Bool {
        guard
            let words = PlainWords(
                words, flags: ["--check", "--json", "--no-services", "--timings"], options: ["--name"]),
            let lab = words.onlyOperand
        else { return false }
        try run(
            lab, name: words.value(of: "--name"), check: words.has("--check"), json: words.has("--json"),
            networkOnly: words.has("--no-services"), timings: words.has("--timings"))
        return true
    }
}

/// A name that can stand in file and namespace names.
enum LabName {
    static func valid(_ name: String) throws -> String {
        let allowed = name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || byte == UInt8(ascii: "-")
        }
        guard allowed, 1...40 ~= name.utf8.count, name.first != "-" else {
            throw LabRunnerError(
                .input, "\"\(name.prefix(60))\" cannot be the name of a lab",
                hint: "1 to 40 small letters, digits and dashes, not beginning with a dash")
        }
        return name
    }
}

extension Duration {
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
