import LabPlan
import LabRunner
import LinuxSystem
import Nftables

extension RunningLab {
    /// What every node that translates has in its connection tracking. Equivalent to `conntrack -L` in each.
    func translatingFlows() throws -> [(node: String, flows: [TrackedFlow])] {
        // The kernel looks through its whole table, for all namespaces, to list the flows of one: some milliseconds.
        let gateways = nodes.filter { $0.plan.remembersTranslations }
        let lists = inParallel(gateways.map { node in { @Sendable in try node.trackedFlows() } }, threads: 4)
        return try zip(gateways, lists).map { ($0.plan.name, try $1.get()) }
    }
}
