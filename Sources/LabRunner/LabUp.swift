public import CloudModel
import Glibc
import LabPlan
import LinuxSystem
import Namespaces

/// Brings a lab up: all of it, or nothing.
public struct LabUp: Sendable {
    let plan: LabPlan
    let labText: String
    let state: StateFolder
    let settings: RunnerSettings
    let services: Bool

    /// - Parameters:
    ///   - name: The running lab's name; several copies of one file may run under different names.
    ///   - labText: The file, kept beside the lab so that `check` knows what was built.
    ///   - services: Whether anything shall answer inside; without, there is the network and no process.
    public init(_ lab: Lab, name: String, labText: String, settings: RunnerSettings, services: Bool = true) {
        plan = LabPlan(lab)
        state = StateFolder(name)
        self.labText = labText
        self.settings = settings
        self.services = services
    }

    /// Makes everything and returns when the last service answers; if the lab is up, changes what differs.
    ///
    /// - Throws: `LabRunnerError`; whatever was made until then is gone again, a lab that was up stays.
    public func run() throws -> RunningLab {
        try Requirements.check(plan, settings)
        Self.raiseDescriptorLimit()
        return try LabLock.holding(state.name) { try runAlone(lock: $0) }
    }

    private func runAlone(lock: Int32) throws -> RunningLab {
        if state.isComplete { return try converge(lock: lock) }
        // What a killed `up` left behind.
        if state.exists { try LabDown.removeEverything(state) }
        do {
            return try make(lock: lock)
        } catch {
            throw Self.cleanUp(state, after: error)
        }
    }

    private func make(lock: Int32) throws -> RunningLab {
        var phases = UpPhases()
        let builder = NetworkBuilder(plan, name: state.name)
        try state.make()
        try Files.write(builder.namespaceNames.map { "netns \($0)\n" }.joined(), to: state.journal)
        try Files.write(labText, to: state.labFile)
        try Files.write(plan.lab.origin.file, to: state.labFileOrigin)
        try state.remember(plan.numbering)
        try Interruption.check()
        phases.end("state")
        let nodes = try NetnsFolder.using { try builder.makeNamespaces(listening: services) }
        try Interruption.check()
        phases.end("namespaces")
        let sockets = nodes.flatMap { $0.listeners.map(\.socket.raw) }
        // The process starts while the network is built, and gets its plan when the addresses are there.
        let server =
            try services
            ? ServerProcess(program: settings.program, state: state, sockets: sockets, lock: lock) : nil
        phases.end("spawn")
        try builder.configure(nodes)
        phases.end("network")
        try writeNameFiles()
        try Interruption.check()
        phases.end("names")
        let planner = ServicePlanner(plan: plan, state: state, settings: settings)
        try server?.start(planner.servicePlan(nodes), state: state)
        if server != nil { try Files.write(planner.fingerprint, to: state.servicesFile) }
        phases.end("services")
        try builder.settle(nodes)
        try Files.write("", to: state.complete)
        phases.end("settle")
        return RunningLab(plan: plan, state: state, nodes: nodes, phases: phases.all)
    }

    /// `resolv.conf` and `hosts` of every node, mounted over the real ones by `exec`.
    func writeNameFiles() throws {
        for node in plan.nodes {
            var lines = node.resolvers.map { "nameserver \($0)" }
            if !node.searchDomains.isEmpty { lines.append("search \(node.searchDomains.joined(separator: " "))") }
            lines.append("options timeout:1 attempts:2")
            try Files.write(lines.joined(separator: "\n") + "\n", to: state.resolverFile(of: node.name), mode: 0o644)
            let own = node.address.map { "\($0) \(node.name)\n" } ?? ""
            try Files.write("127.0.0.1 localhost\n\(own)", to: state.hostsFile(of: node.name), mode: 0o644)
        }
    }

    private static func cleanUp(_ state: StateFolder, after error: any Error) -> LabRunnerError {
        var later: [String] = []
        do {
            try LabDown.removeEverything(state)
        } catch {
            later = ["\(error)"]
        }
        if let error = error as? LabRunnerError {
            return LabRunnerError(error.kind, error.message, hint: error.hint, later: error.later + later)
        }
        return LabRunnerError(
            .system, "lab \(state.name) could not be built: \(error)",
            hint: "nothing was left behind; netlab doctor may know why",
            later: later)
    }

    /// Four descriptors a node: a large lab needs more than the usual 1024.
    private static func raiseDescriptorLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
