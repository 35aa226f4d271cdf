import ArgumentParser
import Drift
import LabPlan
import LabRunner
import LinuxSystem
import Nftables

/// `netlab status`.
struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract:
            """
            Show a running lab: its nodes, its services, what rules have dropped, what has failed, and what is not as
            it was built.
            """,
        discussion: """
            EXIT STATUS
              0 the lab is as it was built, but for what `netlab fail` took away   1 it has drifted
               3 namespaces or services are missing
            """)

    @Argument(help: "A running lab; all of them by default.", completion: .runningLab) var name: String?
    @Flag(help: "Print JSON.") var json = false

    private struct Facts: Encodable {
        struct Drop: Encodable {
            let node: String
            let rule: String
            let packets: UInt64
        }

        let name: String
        /// `up`, `drifted` or `broken`.
        let state: String
        /// Why it is not up.
        let problem: String?
        let lab: LabSummary?
        let serverPID: Int32?
        let drops: [Drop]
        /// What `netlab fail` took away.
        let outages: [OutageReport.Line]
        /// What has been changed by hand, or has died.
        let drift: DifferenceText
        /// The command that mends it.
        let repair: String?
    }

    func run() throws { try Self.run(name, json: json) }

    private static func run(_ name: String?, json: Bool) throws {
        let names = try name.map { [try LabName.valid($0)] } ?? StateFolder.all.map(\.name)
        if names.isEmpty { return try reportNone(json: json) }
        let facts = try names.map(facts)
        if json { try Output.json(facts) } else { Output.say(facts.map(text).joined(separator: "\n\n")) }
        if facts.contains(where: { $0.problem != nil }) { throw ExitCode(3) }
        if facts.contains(where: { !$0.drift.isEmpty }) { throw ExitCode(1) }
    }

    func reportNone() throws { try Self.reportNone(json: json) }

    private static func reportNone(json: Bool) throws {
        if json { try Output.json([Facts]()) } else { Output.note("no lab is up") }
    }

    private static func facts(_ name: String) throws -> Facts {
        let state = StateFolder(name)
        do {
            // Before anything is asked of the rules: they may be what is gone.
            let look = try LabDrift.look(name)
            let lab = look.lab
            let drift = DifferenceText(look.difference.lines)
            let drops = look.counters.flatMap { node, rules in
                rules.filter { $0.drops && $0.packets > 0 }.map {
                    Facts.Drop(node: node, rule: $0.owner, packets: $0.packets)
                }
            }
            return Facts(
                name: name, state: drift.isEmpty ? "up" : "drifted", problem: nil, lab: LabSummary(lab),
                serverPID: LabStatus(state).serverProcess?.pid, drops: drops,
                outages: OutageReport.lines(name, lab.plan.outages), drift: drift,
                repair: drift.isEmpty ? nil : state.repair)
        } catch let error as LabRunnerError where error.kind == .system {
            let drift = state.isComplete ? try? LabDrift.ofRunningLab(name) : nil
            return Facts(
                name: name, state: "broken", problem: error.description, lab: nil, serverPID: nil, drops: [],
                outages: OutageReport.lines(name, (try? state.keptPlan().outages) ?? []),
                drift: DifferenceText(drift?.lines ?? []), repair: state.repair)
        }
    }

    private static func text(_ facts: Facts) -> String {
        var parts: [String] = []
        if let lab = facts.lab { parts.append(lab.text) } else { parts.append(facts.problem ?? "") }
        if !facts.outages.isEmpty {
            parts.append((facts.outages.map(\.text) + ["heal: netlab heal \(facts.name)"]).joined(separator: "\n"))
        }
        if !facts.drift.isEmpty {
            let lines = facts.drift.complaints.map { "drift: \($0)" }
            parts.append((lines + (facts.repair.map { ["repair: \($0)"] } ?? [])).joined(separator: "\n"))
        }
        if !facts.drops.isEmpty {
            var table = TextTable(["dropped by", "node", "packets"])
            for drop in facts.drops { table.add([drop.rule, drop.node, "\(drop.packets)"]) }
            parts.append(table.text)
        }
        return parts.joined(separator: "\n\n")
    }
}

extension Status: PlainCommand {
    static func runPlainly(_ words: ArraySlice<String>) throws -> Bool {
        guard let words = PlainWords(words, flags: ["--json"]), words.operands.count <= 1 else { return false }
        try run(words.onlyOperand, json: words.has("--json"))
        return true
    }
}
