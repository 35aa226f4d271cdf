import CloudModel
import Drift
import Glibc
import KernelObjects
import LabPlan
import LinuxSystem
import Namespaces

// `up` of a lab that is up: compares the file with the kernel and changes only what differs.
extension LabUp {
    /// Looks, changes, and looks again until nothing differs.
    ///
    /// What one change brings about (a link that was down had no routes) shows when one looks again; three rounds are
    /// enough for any case we know, and whoever changes things against us is not fought for ever.
    func converge(lock: Int32) throws -> RunningLab {
        try refuseAnotherLab()
        let before = try state.keptLab()
        let plan = planNow
        let survey = LabSurvey(plan: plan, state: state, services: services ? fingerprint(plan) : nil)
        var findings = try survey.run()
        var difference = LabDifference(plan, findings.survey)
        let lines = difference.lines
        var done: [String] = []
        do {
            try writeJournal(plan, and: findings.survey.strangers)
            for _ in 0..<6 where !difference.isEmpty {
                try Interruption.check()
                try apply(difference, findings.nodes, plan, lock: lock, &done)
                findings = try survey.run()
                difference = LabDifference(plan, findings.survey)
            }
            if let left = difference.lines.first {
                throw LabRunnerError(.system, "\(left.place): \(left.difference.complaint), again and again")
            }
            if let before, before != plan.lab {
                try UntrackedFlows.cut(from: before, to: plan.lab, findings.nodes)
            }
            try remember(plan)
            try NetworkBuilder(plan, name: state.name).settle(findings.nodes)
        } catch {
            throw halfDone(error, done)
        }
        return RunningLab(plan: plan, state: state, nodes: findings.nodes, changes: lines)
    }

    /// By the numbers of the running lab, and without what has failed: that is for `heal` to bring back.
    private var planNow: LabPlan { LabPlan(state.withOutages(plan.lab), numbering: state.numbering) }

    /// What `converge` would change now.
    func difference() throws -> LabDifference {
        let plan = planNow
        let survey = LabSurvey(plan: plan, state: state, services: services ? fingerprint(plan) : nil)
        return LabDifference(plan, try survey.run().survey)
    }

    /// One lab under the name of another would keep nothing of it.
    func refuseAnotherLab() throws {
        guard let kept = try state.keptLab(), kept.name != plan.lab.name else { return }
        throw LabRunnerError(
            .input, "\(state.name) is a running lab \(kept.name); the file describes lab \(plan.lab.name)",
            hint: "netlab down \(state.name) first, or up --name OTHER for both at once")
    }

    private func apply(
        _ difference: LabDifference, _ nodes: [MadeNode], _ plan: LabPlan, lock: Int32, _ done: inout [String]
    ) throws {
        let changer = NetworkChanger(plan: plan, name: state.name)
        if difference.needsStructure {
            try changer.build(difference, nodes)
            done.append("namespaces and wires made")
            return
        }
        try changer.fill(difference, nodes)
        if !difference.nodes.isEmpty { done.append("\(difference.nodes.count) namespaces changed") }
        try Interruption.check()
        try changer.clear(difference, nodes)
        if !difference.services.isEmpty || difference.renewsLiveSets {
            try NodeNames.write(plan, to: state)
            try restartServices(plan, nodes, lock: lock)
            done.append("services restarted")
        }
    }

    /// Every namespace that is there or will be, before it is made.
    private func writeJournal(_ plan: LabPlan, and others: [String]) throws {
        let names = NetworkBuilder(plan, name: state.name).namespaceNames + others
        try Files.replace(state.journal, with: names.map { "netns \($0)\n" }.joined())
    }

    /// The file first: the numbers follow from it and from the numbers before, whichever of the two is on disk.
    private func remember(_ plan: LabPlan) throws {
        try NodeNames.write(plan, to: state)
        try Files.replace(state.labFile, with: labText)
        try Files.replace(state.labFileOrigin, with: plan.lab.origin.file)
        try state.remember(plan.numbering)
        if plan.lab.outages != state.outages { try state.remember(plan.lab.outages) }
        try writeJournal(plan, and: [])
    }

    private func halfDone(_ error: any Error, _ done: [String]) -> LabRunnerError {
        let kind = (error as? LabRunnerError)?.kind ?? .system
        let progress = done.isEmpty ? "nothing was changed" : "done: \(done.joined(separator: ", "))"
        return LabRunnerError(
            kind, "lab \(state.name) could not be changed: \(error)",
            hint: "\(progress); the lab is still there, netlab status \(state.name) says what differs, "
                + "and another up goes on from there")
    }
}
