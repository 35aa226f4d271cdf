import FoundationEssentials
import LabPlan
import LabServices
import LinuxSystem
import Namespaces

extension LabUp {
    /// What the background process is to serve, without the numbers of descriptors, which are new each time.
    func fingerprint(_ plan: LabPlan) -> String {
        ServicePlanner(
            plan: plan, state: state, settings: settings, certificates: LabCertificates.planned(plan, state: state)
        ).fingerprint
    }

    /// A new background process in the place of the old one, dead or alive; its sockets are opened anew.
    ///
    /// The kernel closes the old one's sockets before it says that it is gone.
    func restartServices(_ plan: LabPlan, _ nodes: [MadeNode], lock: Int32) throws {
        if let old = LabStatus(state).serverProcess, try !old.kill() {
            throw LabRunnerError(.system, "process \(old.pid) of lab \(state.name) does not end")
        }
        let serving = try nodes.filter { !$0.plan.sockets.isEmpty }.map { node in
            try node.namespace.run { try MadeNode(node.plan, node.namespace) }
        }
        let server = try ServerProcess(program: settings.program, state: state, lock: lock)
        try order(server, plan, serving)
        // It stands already.
        server.networkIsUp()
        try server.waitUntilReady()
        try Files.replace(state.servicesFile, with: fingerprint(plan))
    }
}

extension ServicePlanner {
    /// The plan as text: equal texts mean that nothing has to be restarted.
    var fingerprint: String {
        var services = servicePlan([])
        services.sockets = plan.nodes.flatMap { node in
            node.sockets.compactMap { socket in
                socket.kind.served.map {
                    AdoptedSocket(
                        descriptor: -1, node: node.name, kind: $0, port: socket.port,
                        vpc: node.role == .router ? node.name : nil)
                }
            }
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return (try? encoder.encode(services)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
