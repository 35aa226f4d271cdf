public import LabServices

/// One target group as one node sees it.
public struct GroupHealth: Sendable {
    public let plan: BalancerPlan.Group
    public private(set) var targets: [TargetHealth]

    public init(_ plan: BalancerPlan.Group) {
        self.plan = plan
        targets = plan.targets.map { _ in TargetHealth() }
    }

    /// Takes the outcomes of one round, in the order of the targets; whether any state has changed.
    public mutating func note(_ passed: [Bool]) -> Bool {
        var changed = false
        for (index, passed) in passed.enumerated() {
            let didChange = targets[index].note(
                passed, healthyThreshold: plan.check.healthyThreshold,
                unhealthyThreshold: plan.check.unhealthyThreshold)
            changed = changed || didChange
        }
        return changed
    }

    /// The targets that are well; all of them when none is: a balancer fails open [target group health].
    public var usable: [NginxConfiguration.Backend] {
        let healthy = with(.healthy)
        return healthy.isEmpty ? plan.targets : healthy
    }

    /// Those whose flows are cut; nobody's while the balancer fails open.
    public var cut: [NginxConfiguration.Backend] { with(.healthy).isEmpty ? [] : with(.unhealthy) }

    private func with(_ state: TargetHealth.State) -> [NginxConfiguration.Backend] {
        zip(plan.targets, targets).filter { $1.state == state }.map(\.0)
    }
}

extension GroupHealth {
    /// It has targets, and not one is well: the node drops out of the balancer's name.
    var isWithoutHealthy: Bool { !targets.isEmpty && !targets.contains { $0.state == .healthy } }
}
