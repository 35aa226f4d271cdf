import KernelObjects
public import LabPlan
import LinuxSystem
public import Namespaces
import Netlink
import Nftables
import RouteNetlink

/// Brings the kernel to a plan: namespaces, wires, addresses, routes, rulesets.
///
/// Three steps, each with as few system calls as the kernel allows: all namespaces on one thread (settings and sockets
/// while inside); all wires, one message batch per node that makes them; then one batch of configuration and one
/// ruleset per namespace.
public struct NetworkBuilder: Sendable {
    private let plan: LabPlan
    private let name: String

    /// - Parameter name: The running lab's name, which may differ from the file's.
    public init(_ plan: LabPlan, name: String) {
        self.plan = plan
        self.name = name
    }

    /// The names under `/run/netns`, in the order in which they are made.
    public var namespaceNames: [String] { plan.nodes.map { LabPlan.namespaceName(lab: name, node: $0.name) } }

    /// Step 1.
    ///
    /// - Parameters:
    ///   - listening: Whether the servers' sockets shall be opened.
    ///   - reserve: Namespaces that were made ahead.
    public func makeNamespaces(listening: Bool = true, from reserve: NamespaceReserve? = nil) throws -> [MadeNode] {
        loadConnectionTracking()
        return try NamedNamespace.create(namespaceNames, from: reserve) { index, namespace in
            let node = plan.nodes[index]
            // Before any device exists: defaults are inherited, and `ip_forward` has nothing to walk over.
            for setting in node.sysctls { try Files.set(setting.value, at: setting.path) }
            return try listening ? MadeNode(node, namespace) : MadeNode(attaching: node, namespace)
        }
    }

    /// Connection tracking is a module on most distributions, and its settings exist only once it is loaded; asking it
    /// for its flows makes the kernel load it. Where it is missing for good, writing the settings says so.
    private func loadConnectionTracking() {
        let settings = plan.nodes.flatMap(\.sysctls).filter { $0.key.hasPrefix("net.netfilter.") }
        guard let first = settings.first, !Files.exists(first.path) else { return }
        _ = try? Conntrack.flows(NetlinkSocket(.netfilter))
    }

    /// Steps 2 and 3; the rulesets go in on a second thread meanwhile, after `besides`.
    ///
    /// - Parameter messages: What was prepared while the namespaces were made.
    public func configure(
        _ nodes: [MadeNode], messages: PreparedMessages? = nil, besides: @escaping @Sendable () throws -> Void = {}
    ) throws {
        let messages = try messages ?? PreparedMessages(plan)
        let wires: @Sendable () throws -> Void = {
            try addLinks(nodes)
            for (node, batch) in zip(nodes, messages.settings) { try node.route.commit(batch) }
        }
        let rulesets: @Sendable () throws -> Void = {
            try besides()
            for (node, batch) in zip(nodes, messages.rulesets) {
                // nfnetlink wants the ACK of the message before the end of the batch.
                if let batch { try node.netfilter.commit(batch, acknowledging: batch.count - 2) }
            }
        }
        for result in inParallel([wires, rulesets], threads: 2) { try result.get() }
    }

    /// Waits until every wire carries packets.
    ///
    /// The kernel switches a link's queue on in its own time after both ends are up and drops what is sent before: a
    /// lab that returned earlier would lose its first packets, and a lost SYN costs a second.
    public func settle(_ nodes: [MadeNode]) throws {
        let deadline = ContinuousClock.now + .seconds(5)
        for node in nodes where try !LinkStates.notRunning(node.route).isEmpty {
            try node.namespace.run {
                let monitor = try LinkMonitor()
                while true {
                    let waiting = try LinkStates.notRunning(node.route)
                    if waiting.isEmpty { return }
                    guard ContinuousClock.now < deadline else {
                        throw LabRunnerError(
                            .system, "\(node.plan.subject): links do not come up: \(waiting.joined(separator: ", "))")
                    }
                    try Interruption.check()
                    monitor.wait(milliseconds: 100)
                }
            }
        }
    }

    private func addLinks(_ nodes: [MadeNode]) throws {
        let byName = Dictionary(uniqueKeysWithValues: nodes.map { ($0.plan.name, $0) })
        // Grouped once: a lab has as many wires as nodes.
        let made = Dictionary(grouping: plan.veths, by: \.near.node)
        for near in nodes {
            guard let veths = made[near.plan.name] else { continue }
            var batch = RouteBatch()
            for veth in veths {
                guard let far = byName[veth.far.node] else { continue }
                try batch.add(veth, farNamespace: far.namespace.descriptor.raw, subject: far.plan.subject)
            }
            try near.route.commit(batch.messages)
        }
    }
}
