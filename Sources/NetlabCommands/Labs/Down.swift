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
            """)

    @Argument(help: "Names of running labs.") var names: [String] = []
    @Flag(help: "Every lab on this machine.") var all = false
    @Flag(help: "Print what was taken down as JSON.") var json = false

    func validate() throws {
        if names.isEmpty && !all { throw ValidationError("name a lab, or say --all (netlab list shows what is up)") }
    }

    func run() throws { try Self.run(names, all: all, json: json) }

    private static func run(_ names: [String], all: Bool, json: Bool) throws {
        Interruption.hold()
        var gone: [String] = []
        var absent: [String] = []
        var notes: [String] = []
        for name in try all ? StateFolder.all.map(\.name) : names {
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
}

extension Down: PlainCommand {
    static func runPlainly(_ words: ArraySlice<String>) throws -> Bool {
        guard let words = PlainWords(words, flags: ["--all", "--json"]), !words.operands.isEmpty || words.has("--all")
        else { return false }
        try run(words.operands, all: words.has("--all"), json: words.has("--json"))
        return true
    }
}
