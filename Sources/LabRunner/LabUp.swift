public import CloudModel
import Glibc
import LabPlan
import LinuxSystem
public import Namespaces

/// Brings a lab up: all of it, or nothing.
public struct LabUp: Sendable {
    let plan: LabPlan
    let labText: String
    let state: StateFolder
    let settings: RunnerSettings
    let services: Bool
    private let reserve: NamespaceReserve?

    /// - Parameters:
    ///   - name: The running lab's name; several copies of one file may run under different names.
    ///   - labText: The file, kept beside the lab so that `check` knows what was built.
    ///   - services: Whether anything shall answer inside; without, there is the network and no process.
    ///   - reserve: Namespaces begun while the file was read.
    public init(
        _ lab: Lab, name: String, labText: String, settings: RunnerSettings, services: Bool = true,
        reserve: NamespaceReserve? = nil
    ) {
        plan = LabPlan(lab)
        reserve?.need(plan.nodes.count)
        self.reserve = reserve
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
        try state.verify()
        try StateVersion.checkNotNewer(state)
        if state.isComplete {
            try StateVersion.check(state)
            return try converge(lock: lock)
        }
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
        let messages = BackgroundJob("netlab-plan") { [plan] in try PreparedMessages(plan) }
        // The process starts while the namespaces are made and adopts its sockets while the network is.
        let server = try services ? ServerProcess(program: settings.program, state: state, lock: lock) : nil
        phases.end("spawn")
        let nodes = try NetnsFolder.using { try builder.makeNamespaces(listening: services, from: reserve) }
        try Interruption.check()
        phases.end("namespaces")
        try builder.configure(nodes, messages: messages.value()) { if let server { try order(server, plan, nodes) } }
        server?.networkIsUp()
        phases.end("network")
        try NodeNames.write(plan, to: state)
        try Interruption.check()
        phases.end("names")
        try server?.waitUntilReady()
        if server != nil { try Files.write(fingerprint(plan), to: state.servicesFile) }
        phases.end("services")
        try builder.settle(nodes)
        try Files.write("", to: state.complete)
        phases.end("settle")
        return RunningLab(plan: plan, state: state, nodes: nodes, phases: phases.all)
    }

    /// Tells the background process what to serve, and hands it the sockets.
    func order(_ server: ServerProcess, _ plan: LabPlan, _ nodes: [MadeNode]) throws {
        let planner = ServicePlanner(
            plan: plan, state: state, settings: settings, certificates: try LabCertificates.make(plan, state: state))
        try server.send(planner.servicePlan(nodes), sockets: nodes.flatMap { $0.listeners.map(\.socket.raw) })
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
