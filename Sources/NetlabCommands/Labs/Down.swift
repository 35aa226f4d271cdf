import ArgumentParser
import LabRunner

/// `netlab down`.
struct Down: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "down",
        abstract: "Take labs down. Works by name alone, as often as you like.",
        discussion: """
            EXAMPLES
              netlab down private-nat
              netlab down --all
              netlab down private-nat --dry-run     only say what would be removed
            """)

    @Argument(help: "Names of running labs.", completion: .runningLab) var names: [String] = []
    @Flag(help: "Every lab on this machine.") var all = false
    @Flag(help: "Print what was taken down as JSON.") var json = false
    @Flag(name: .customLong("dry-run"), help: "Only say what would be removed.") var dryRun = false

    func validate() throws {
        if names.isEmpty && !all { throw ValidationError("name a lab, or say --all (netlab list shows what is up)") }
        if !names.isEmpty && all { throw ValidationError("name labs or say --all, not both") }
    }

    func run() throws {
        let names = try Self.chosen(names, all: all)
        if dryRun { try preview(names) } else { try Self.run(names, json: json) }
    }

    private static func chosen(_ names: [String], all: Bool) throws -> [String] {
        try all ? StateFolder.all.map(\.name) : names
    }

    private static func run(_ names: [String], json: Bool) throws {
        Interruption.hold()
        var gone: [String] = []
        var absent: [String] = []
        var notes: [String] = []
        for name in names {
            let squatters = Squatters(of: try LabName.valid(name))
            if try LabDown(name).run() {
                gone.append(name)
                notes += squatters.remaining().map { "\($0), which goes when it ends" }
            } else {
                absent.append(name)
            }
        }
        try report(gone: gone, absent: absent, json: json)
        for note in notes { Output.note(note) }
    }

    func report(gone: [String], absent: [String]) throws {
        try Self.report(gone: gone, absent: absent, json: json)
    }

    private static func report(gone: [String], absent: [String], json: Bool) throws {
        if json { return try Output.json(["down": gone]) }
        for name in absent { Output.note("\(name) was not up") }
        for name in gone { Output.say("\(name) is down") }
    }

    private func preview(_ names: [String]) throws {
        var traces: [String: [String]] = [:]
        for name in names { traces[name] = try LabDown(try LabName.valid(name)).preview() }
        if json { return try Output.json(["wouldRemove": traces]) }
        for name in names {
            let left = traces[name] ?? []
            Output.say(left.isEmpty ? "\(name) is not up" : "would remove of \(name):")
            for trace in left { Output.say("  \(trace)") }
        }
    }
}

extension Down: PlainCommand {
    static func runPlainly(_ words: ArraySlice<String>) throws -> Bool {
        guard let words = PlainWords(words, flags: ["--all", "--json"]), words.operands.isEmpty == words.has("--all")
        else { return false }
        try run(chosen(words.operands, all: words.has("--all")), json: words.has("--json"))
        return true
    }
}
