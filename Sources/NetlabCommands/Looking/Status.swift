import ArgumentParser
import LabPlan
import LabRunner
import LinuxSystem
import Nftables

/// `netlab status`.
struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show a running lab: its nodes, its services, what rules have dropped.")

    @Argument(help: "A running lab; all of them by default.") var name: String?
    @Flag(help: "Print JSON.") var json = false

    private struct Facts: Encodable {
        struct Drop: Encodable {
            let node: String
            let rule: String
            let packets: UInt64
        }

        let name: String
        let state: String
        /// Why it is not up.
        let problem: String?
        let lab: LabSummary?
        let serverPID: Int32?
        let drops: [Drop]
    }

    func run() throws { try Self.run(name, json: json) }

    private static func run(_ name: String?, json: Bool) throws {
        let names = try name.map { [try LabName.valid($0)] } ?? StateFolder.all.map(\.name)
        if names.isEmpty { return try reportNone(json: json) }
        let facts = try names.map(facts)
        if json { try Output.json(facts) } else { Output.say(facts.map(text).joined(separator: "\n\n")) }
        if facts.contains(where: { $0.problem != nil }) { throw ExitCode(3) }
    }

    func reportNone() throws { try Self.reportNone(json: json) }

    private static func reportNone(json: Bool) throws {
        if json { try Output.json([Facts]()) } else { Output.note("no lab is up") }
    }

    private static func facts(_ name: String) throws -> Facts {
        let state = StateFolder(name)
        do {
            let lab = try RunningLab.attach(name)
            let drops = try lab.nodes.flatMap { node in
                try node.ruleCounters().filter { $0.drops && $0.packets > 0 }.map {
                    Facts.Drop(node: node.plan.name, rule: $0.owner, packets: $0.packets)
                }
            }
            return Facts(
                name: name, state: "up", problem: nil, lab: LabSummary(lab),
                serverPID: LabStatus(state).serverProcess?.pid, drops: drops)
        } catch let error as LabRunnerError where error.kind == .system {
            return Facts(
                name: name, state: "broken", problem: error.description, lab: nil, serverPID: nil, drops: [])
        }
    }

    private static func text(_ facts: Facts) -> String {
        guard let lab = facts.lab else { return facts.problem ?? "" }
        guard !facts.drops.isEmpty else { return lab.text }
        var table = TextTable(["dropped by", "node", "packets"])
        for drop in facts.drops { table.add([drop.rule, drop.node, "\(drop.packets)"]) }
        return "\(lab.text)\n\n\(table.text)"
    }
}

extension Status: PlainCommand {
    static func runPlainly(_ words: ArraySlice<String>) throws -> Bool {
        guard let words = PlainWords(words, flags: ["--json"]), words.operands.count <= 1 else { return false }
        try run(words.onlyOperand, json: words.has("--json"))
        return true
    }
}
