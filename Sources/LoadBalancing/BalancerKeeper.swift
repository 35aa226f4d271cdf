import FoundationEssentials
import Glibc
public import LabServices
import LinuxSystem
import Namespaces
import Netlink
import Nftables
import Synchronization

/// Keeps a lab's load balancers in step with the health of their targets: rules, nginx and names.
public final class BalancerKeeper: Companion {
    /// Where the state of every target stands, as JSON: node, group, target, state.
    public static func healthFile(in folder: String) -> String { "\(folder)/health.json" }

    private let plan: ServicePlan
    private let programs: any ProgramSignals
    private let monitors = Mutex<[HealthMonitor]>([])
    private let latest = Mutex<[String: [GroupHealth]]>([:])

    public init(_ plan: ServicePlan, programs: any ProgramSignals) {
        self.plan = plan
        self.programs = programs
    }

    public func start() throws {
        let made = try plan.balancers.map { balancer in
            let effect = try self.effect(of: balancer)
            return try HealthMonitor(balancer) { [weak self] groups in
                try effect(groups)
                try self?.publish(groups, of: balancer.node)
            }
        }
        monitors.withLock { $0 = made }
        let started = inParallel(made.map { monitor in { try monitor.start() } }, threads: 8, name: "netlab-balancer")
        for result in started { try result.get() }
    }

    public func stop() {
        for monitor in monitors.withLock({ $0 }) { monitor.stop() }
    }

    /// What a change of health does to a node.
    private func effect(of balancer: BalancerPlan) throws -> @Sendable ([GroupHealth]) throws -> Void {
        switch balancer.kind {
        case .network:
            let namespace = try NetworkNamespace(name: balancer.node, path: balancer.namespacePath)
            let socket = try namespace.run { try NetlinkSocket(.netfilter) }
            return { try NetworkBalancer.apply($0, through: socket) }
        case .application(let program, let configuration):
            let programs = programs
            let current = Latest(configuration.text)
            return { groups in
                // Reading a firewall's rules again takes nginx a third of a second: not for nothing.
                let text = ApplicationBalancer.configuration(configuration, groups)
                guard current.replaces(text) else { return }
                try Files.replace("\(configuration.base).conf", with: text, mode: 0o644)
                programs.signal(program, SIGHUP)
            }
        }
    }

    /// Writes down who is well, and takes nodes without a healthy target out of the names.
    private func publish(_ groups: [GroupHealth], of node: String) throws {
        try latest.withLock { all in
            all[node] = groups
            let report = all.mapValues { groups in
                Dictionary(
                    groups.map { group in
                        let states = zip(group.plan.targets, group.targets).map {
                            ("\($0.address):\($0.port)", $1.state)
                        }
                        return (group.plan.name, Dictionary(states, uniquingKeysWith: { first, _ in first }))
                    }, uniquingKeysWith: { first, _ in first })
            }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            let text = String(decoding: try encoder.encode(report), as: UTF8.self)
            try Files.replace(Self.healthFile(in: plan.stateFolder), with: text, mode: 0o644)
            let idle = Set(all.filter { $1.contains { $0.isWithoutHealthy } }.keys)
            for names in plan.balancerNames {
                try Files.replace(names.file, with: names.text(without: idle), mode: 0o644)
                programs.signal(names.program, SIGHUP)
            }
        }
    }
}

/// The text that is in effect.
private final class Latest: Sendable {
    private let text: Mutex<String>

    init(_ text: String) { self.text = Mutex(text) }

    /// Takes the new text; whether it is another one.
    func replaces(_ new: String) -> Bool {
        text.withLock { text in
            defer { text = new }
            return text != new
        }
    }
}
