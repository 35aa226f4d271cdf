public import CloudModel
public import Drift
public import LabPlan
import LinuxSystem
import Namespaces

/// A lab that is up, with doors into every namespace.
public struct RunningLab: Sendable {
    public let plan: LabPlan
    public let state: StateFolder
    public let nodes: [MadeNode]
    /// How `up` spent its time; empty for a lab that another command brought up.
    public let phases: [UpPhase]
    /// What `up` found different and changed; `nil` if it made the lab anew, or did not make it at all.
    public let changes: [LabDifference.Line]?

    public var lab: Lab { plan.lab }
    public var name: String { state.name }

    init(
        plan: LabPlan, state: StateFolder, nodes: [MadeNode], phases: [UpPhase] = [],
        changes: [LabDifference.Line]? = nil
    ) {
        self.plan = plan
        self.state = state
        self.nodes = nodes
        self.phases = phases
        self.changes = changes
    }

    /// The node by its name; of a container in network mode `host`, its host.
    public func node(_ name: String) -> MadeNode? {
        if let node = nodes.first(where: { $0.plan.name == name }) { return node }
        let host = lab.namespaceNode(of: name)
        return host == name ? nil : nodes.first { $0.plan.name == host }
    }

    /// Finds a lab that another command brought up.
    public static func attach(_ name: String) throws -> RunningLab {
        let (state, plan) = try whole(name)
        let nodes = try plan.nodes.map { node in
            let full = LabPlan.namespaceName(lab: name, node: node.name)
            let namespace = try NetworkNamespace(name: full, path: NamedNamespace.path(full))
            return try namespace.run { try MadeNode(attaching: node, namespace) }
        }
        return RunningLab(plan: plan, state: state, nodes: nodes)
    }

    /// What is kept of a lab of which every namespace and, if it has services, their process is there.
    static func whole(_ name: String) throws -> (state: StateFolder, plan: LabPlan) {
        let state = StateFolder(name)
        guard state.exists else { throw notUp(name) }
        try state.verify()
        try StateVersion.check(state)
        guard state.isComplete, LabStatus(state).summary == "up" else {
            throw LabRunnerError(
                .system,
                "lab \(name) is not whole: \(LabStatus(state).missingNamespaces.isEmpty ? "its services do not run" : "namespaces are missing")",
                hint: "\(state.repair) mends it; netlab status \(name) says what is missing")
        }
        return (state, try state.keptPlan())
    }

    /// There is no such lab; the message says which there are.
    public static func notUp(_ name: String) -> LabRunnerError {
        let others = ((try? StateFolder.all) ?? []).map(\.name)
        let hint =
            others.isEmpty
            ? "no lab is up; netlab up FILE --name \(name) makes it" : "these are: \(others.joined(separator: ", "))"
        return LabRunnerError(.input, "lab \(name) is not up", hint: hint)
    }
}
