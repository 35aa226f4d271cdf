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

    @Argument(help: "Names of running labs.") var names: [String] = []
    @Flag(help: "Every lab on this machine.") var all = false
    @Flag(help: "Print what was taken down as JSON.") var json = false
    @Flag(name: .customLong("dry-run"), help: "Only say what would be removed.") var dryRun = false

    func validate() throws {
        if names.isEmpty && !all { throw ValidationError("name a lab, or say --all (netlab list shows what is up)") }
    }

    func run() throws {
        Interruption.hold()
        var gone: [String] = []
        let names = try all ? StateFolder.all.map(\.name) : self.names
        if dryRun { return try preview(names) }
        for name in names {
            if try LabDown(try LabName.valid(name)).run() {
                gone.append(name)
            } else if !json {
                Output.note("\(name) was not up")
            }
        }
        if json { return try Output.json(["down": gone]) }
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
