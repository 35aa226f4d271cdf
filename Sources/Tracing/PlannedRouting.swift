import IPAddressing
import KernelObjects
import LabPlan

/// What the kernel's look-up comes to, read from the plan: `ip route get DESTINATION mark MARK`.
enum PlannedRouting {
    /// The route that places a packet; `nil` where the tables have none.
    static func route(in node: NodePlan, mark: UInt32, to destination: IPv4Address) -> KernelRoute? {
        let rules = node.rules.sorted { $0.priority < $1.priority }
        // `main` is asked at 32766, as in every namespace.
        let tables =
            rules.filter { $0.priority < 32_766 && $0.applies(to: mark) }.map(\.table) + [KernelRoute.mainTable]
            + rules.filter { $0.priority > 32_766 && $0.applies(to: mark) }.map(\.table)
        for table in tables {
            let best = node.routes.filter { $0.table == table && $0.destination.contains(destination) }
                .max { $0.destination.prefixLength < $1.destination.prefixLength }
            if let best, best.kind != .throw { return best }
        }
        return nil
    }
}

extension KernelRule {
    fileprivate func applies(to other: UInt32) -> Bool { other & (mask ?? UInt32.max) == mark }
}
