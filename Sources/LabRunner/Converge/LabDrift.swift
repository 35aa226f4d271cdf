public import CloudModel
public import Drift
import LabPlan
public import Nftables

/// In what a running lab differs from what it should be.
public enum LabDrift {
    /// From the file it was brought up by: what somebody has changed by hand, or what has died.
    ///
    /// - Throws: `LabRunnerError` if the lab is not up.
    public static func ofRunningLab(_ name: String) throws -> LabDifference {
        let state = StateFolder(name)
        guard state.exists else { throw RunningLab.notUp(name) }
        try state.verify()
        let plan = try state.keptPlan()
        return LabDifference(plan, try LabSurvey(plan: plan, state: state, services: nil).run().survey)
    }

    /// What one look at a running lab has found.
    public struct Look {
        public let lab: RunningLab
        public let difference: LabDifference
        /// What each node's rules have counted, in the order of the plan.
        public let counters: [(node: String, rules: [RuleCounter])]
    }

    /// The same, with doors into the namespaces and what rules have counted: each is entered, and its rules are listed,
    /// once for all.
    ///
    /// - Throws: `LabRunnerError` as `RunningLab.attach` does.
    public static func look(_ name: String) throws -> Look {
        let (state, plan) = try RunningLab.whole(name)
        let findings = try LabSurvey(plan: plan, state: state, services: nil).run()
        return Look(
            lab: RunningLab(plan: plan, state: state, nodes: findings.nodes),
            difference: LabDifference(plan, findings.survey),
            counters: try findings.nodes.map { node in
                (node.plan.name, try node.ruleCounters(listed: findings.survey.rulesets[node.plan.name]))
            })
    }

    /// From a file: what `up` would change now. `nil` if no lab of that name is up.
    public static func fromFile(_ lab: Lab, name: String, settings: RunnerSettings) throws -> LabDifference? {
        let state = StateFolder(name)
        try state.verify()
        guard state.isComplete else { return nil }
        try StateVersion.check(state)
        let up = LabUp(
            lab, name: name, labText: "", settings: settings, services: LabStatus(state).hasServices)
        try up.refuseAnotherLab()
        return try up.difference()
    }
}
