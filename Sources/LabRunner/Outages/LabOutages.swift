public import CloudModel
import LabPlan
import LinuxSystem
import Namespaces
import Netlink
import Nftables

/// Lets parts of a running lab fail, and heals them.
///
/// The state folder is told before the kernel fails anything and after it has healed: whatever becomes of us in
/// between, `status` names it and `heal` mends it.
public struct LabOutages: Sendable {
    private let state: StateFolder

    public init(_ name: String) { state = StateFolder(name) }

    /// What changed, and what is in force now.
    public struct Change: Sendable {
        public let lab: Lab
        public let changed: [Outage]
        /// With the nodes that each cuts off, whole or by one of their interfaces.
        public let inForce: [(outage: Outage, nodes: [String])]
    }

    /// At once: packets on their way die, in silence.
    ///
    /// - Throws: `LabRunnerError` if the lab is not up or has nothing of that name.
    public func begin(_ outage: Outage) throws -> Change {
        try LabLock.holding(state.name) { _ in
            let lab = try checked(outage, RunningLab.attach(state.name).lab)
            let isNew = !lab.outages.contains(outage)
            if isNew { try change(from: lab.outages, to: lab.outages + [outage]) }
            return try summary(changed: isNew ? [outage] : [])
        }
    }

    /// - Parameter outage: `nil` ends all of them.
    public func end(_ outage: Outage?) throws -> Change {
        try LabLock.holding(state.name) { _ in
            let lab = try RunningLab.attach(state.name).lab
            if let outage { _ = try checked(outage, lab) }
            let ended = lab.outages.filter { outage == nil || $0 == outage }
            if !ended.isEmpty { try change(from: lab.outages, to: lab.outages.filter { !ended.contains($0) }) }
            return try summary(changed: ended)
        }
    }

    /// Runs `body` while more has failed, and heals it whatever comes of it. Nobody else changes the lab meanwhile.
    ///
    /// Signals must be held: they wait until the lab is whole again.
    public func during<Value>(_ outages: [Outage], _ body: (RunningLab) throws -> Value) throws -> Value {
        try LabLock.holding(state.name) { _ in
            let lab = try RunningLab.attach(state.name).lab
            for outage in outages { _ = try checked(outage, lab) }
            let more = outages.filter { !lab.outages.contains($0) }
            let outcome = Result {
                try change(from: lab.outages, to: lab.outages + more)
                return try body(try RunningLab.attach(state.name))
            }
            try change(from: lab.outages + more, to: lab.outages)
            return try outcome.get()
        }
    }

    private func checked(_ outage: Outage, _ lab: Lab) throws -> Lab {
        guard let objection = lab.objection(to: outage) else { return lab }
        throw LabRunnerError(.input, objection, hint: "netlab status \(state.name) lists the nodes")
    }

    private func change(from old: [Outage], to new: [Outage]) throws {
        let isHealing = new.count < old.count
        if !isHealing { try state.remember(new) }
        let (before, after) = (try plan(old), try plan(new))
        for (node, next) in zip(before.nodes, after.nodes) where node.nft != next.nft {
            let name = LabPlan.namespaceName(lab: state.name, node: node.name)
            let namespace = try NetworkNamespace(name: name, path: NamedNamespace.path(name))
            let netfilter = try namespace.run { try NetlinkSocket(.netfilter) }
            var batch = NftBatch()
            batch.change(from: node.nft, to: next.nft)
            try netfilter.commit(batch.messages, acknowledging: batch.messages.count - 2)
        }
        if isHealing { try state.remember(new) }
    }

    private func plan(_ outages: [Outage]) throws -> LabPlan {
        var lab = try state.readableLab()
        lab.outages = outages
        return LabPlan(lab, numbering: state.numbering)
    }

    private func summary(changed: [Outage]) throws -> Change {
        let plan = try state.keptPlan()
        return Change(lab: plan.lab, changed: changed, inForce: plan.outages)
    }
}
