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

    func run() throws { try Self.run(json: json) }

    private static func run(json: Bool) throws {
        try report(StateFolder.all.map { Row(name: $0.name, state: LabStatus($0).summary) }, json: json)
    }

    func report(_ rows: [Row]) throws { try Self.report(rows, json: json) }

    private static func report(_ rows: [Row], json: Bool) throws {
        if json { return try Output.json(rows) }
        if rows.isEmpty { return Output.note("no lab is up") }
        var table = TextTable(["lab", "state"])
        for row in rows { table.add([row.name, row.state]) }
        Output.say(table.text)
    }
}

extension ListLabs: PlainCommand {
    static func runPlainly(_ words: ArraySlice<String>) throws -> Bool {
        guard let words = PlainWords(words, flags: ["--json"]), words.operands.isEmpty else { return false }
        try run(json: words.has("--json"))
        return true
    }
}
