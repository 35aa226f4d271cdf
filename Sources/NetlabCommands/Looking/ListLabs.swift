import ArgumentParser
import LabRunner

/// `netlab list`.
struct ListLabs: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the labs on this machine.")

    @Flag(help: "Print JSON.") var json = false

    struct Row: Encodable {
        let name: String
        let state: String
    }

    func run() throws {
        try report(StateFolder.all.map { Row(name: $0.name, state: LabStatus($0).summary) })
    }

    func report(_ rows: [Row]) throws {
        if json { return try Output.json(rows) }
        if rows.isEmpty { return Output.note("no lab is up") }
        var table = TextTable(["lab", "state"])
        for row in rows { table.add([row.name, row.state]) }
        Output.say(table.text)
    }
}
