import LabPlan
import LabRunner
import Nftables

/// What every dropping rule of the lab counted during a phase.
struct Ledger: Sendable {
    private let before: [Entry: UInt64]
    private var after: [Entry: UInt64] = [:]

    private struct Entry: Hashable {
        let node: String
        let chain: String
        let owner: String
    }

    /// What rules counted, when somebody else has read them.
    init(
        counted: [(owner: String, node: String, packets: UInt64)],
        before: [(owner: String, node: String, packets: UInt64)] = []
    ) {
        func entries(_ items: [(owner: String, node: String, packets: UInt64)]) -> [Entry: UInt64] {
            Dictionary(
                items.map { (Entry(node: $0.node, chain: "", owner: $0.owner), $0.packets) }, uniquingKeysWith: +)
        }
        self.before = entries(before)
        after = entries(counted)
    }

    /// Reads all counters.
    init(_ lab: RunningLab) throws { before = try Self.read(lab) }

    /// Reads them again.
    mutating func close(_ lab: RunningLab) throws { after = try Self.read(lab) }

    /// How many packets rules counted whose owner begins so.
    func dropped(by owner: String) -> UInt64 {
        after.reduce(0) { $1.key.owner.hasPrefix(owner) ? $0 + counted($1.key, $1.value) : $0 }
    }

    /// The full names of those rules, with where they are and what they counted.
    func rules(of owner: String) -> [(owner: String, node: String, packets: UInt64)] {
        after.filter { $0.key.owner.hasPrefix(owner) }
            .map { ($0.key.owner, $0.key.node, counted($0.key, $0.value)) }
            .filter { $0.2 > 0 }
            .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
    }

    /// A ruleset that was loaded anew meanwhile counts from nothing.
    private func counted(_ entry: Entry, _ now: UInt64) -> UInt64 {
        let before = before[entry] ?? 0
        return now >= before ? now - before : now
    }

    private static func read(_ lab: RunningLab) throws -> [Entry: UInt64] {
        var entries: [Entry: UInt64] = [:]
        for node in lab.nodes {
            for counter in try node.ruleCounters() where counter.drops {
                entries[Entry(node: node.plan.name, chain: counter.chain, owner: counter.owner), default: 0] +=
                    counter.packets
            }
        }
        return entries
    }
}
