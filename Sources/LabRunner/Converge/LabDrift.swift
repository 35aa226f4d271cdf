public import CloudModel
public import Drift
import LabPlan

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

    /// The same, with doors into the namespaces: each is entered once for both.
    ///
    /// - Throws: `LabRunnerError` as `RunningLab.attach` does.
    public static func attaching(_ name: String) throws -> (lab: RunningLab, difference: LabDifference) {
        let (state, plan) = try RunningLab.whole(name)
        let findings = try LabSurvey(plan: plan, state: state, services: nil).run()
        return (
            RunningLab(plan: plan, state: state, nodes: findings.nodes), LabDifference(plan, findings.survey)
        )
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
