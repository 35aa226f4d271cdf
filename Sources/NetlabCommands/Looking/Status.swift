import ArgumentParser
import LabPlan
import LabRunner
import LinuxSystem
import Nftables

/// `netlab status`.
struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show a running lab: its nodes, its services, what rules have dropped.")

    @Argument(help: "A running lab; all of them by default.") var name: String?
    @Flag(help: "Print JSON.") var json = false

    private struct Facts: Encodable {
        struct Drop: Encodable {
            let node: String
            let rule: String
            let packets: UInt64
        }

        let lab: LabSummary
        let serverPID: Int32?
        let drops: [Drop]
    }

    func run() throws {
        let names = try name.map { [try LabName.valid($0)] } ?? StateFolder.all.map(\.name)
        if names.isEmpty { return Output.note("no lab is up") }
        let facts = try names.map(facts)
        if json { return try Output.json(facts) }
        Output.say(facts.map(text).joined(separator: "\n\n"))
    }

    private func facts(_ name: String) throws -> Facts {
        let lab = try RunningLab.attach(name)
        let drops = try lab.nodes.flatMap { node in
            try node.ruleCounters().filter { $0.drops && $0.packets > 0 }.map {
                Facts.Drop(node: node.plan.name, rule: $0.owner, packets: $0.packets)
            }
        }
        return Facts(
            lab: LabSummary(lab), serverPID: LabStatus(lab.state).serverProcess?.pid, drops: drops)
    }

    private func text(_ facts: Facts) -> String {
        guard !facts.drops.isEmpty else { return facts.lab.text }
        var table = TextTable(["dropped by", "node", "packets"])
        for drop in facts.drops { table.add([drop.rule, drop.node, "\(drop.packets)"]) }
        return "\(facts.lab.text)\n\n\(table.text)"
    }
}
