import Drift
import Glibc
import KernelObjects
import LabPlan
import LabServices
import LinuxSystem
import Namespaces
import Nftables
import RouteNetlink

/// Looks at everything a running lab has: namespaces, what is in each, what answers.
struct LabSurvey {
    let plan: LabPlan
    let state: StateFolder
    /// What the background process shall serve; `nil` if that is not to be compared.
    let services: String?

    /// The doors into the namespaces that are there, and what was found behind them.
    struct Findings {
        var nodes: [MadeNode] = []
        var survey = LabDifference.Survey()

        func node(_ name: String) -> MadeNode? { nodes.first { $0.plan.name == name } }
    }

    func run() throws -> Findings {
        var findings = Findings()
        var silent: [Difference] = []
        let looks = plan.nodes.map { node in { @Sendable () throws in try look(node) } }
        for look in inParallel(looks, threads: 4) {
            guard let look = try look.get() else { continue }
            let name = look.made.plan.name
            findings.survey.nodes[name] = look.live
            findings.survey.rulesets[name] = look.rules
            findings.nodes.append(look.made)
            silent += look.silent
        }
        findings.survey.strangers = try strangers()
        findings.survey.services = try serviceDifferences(silent)
        return findings
    }

    /// What one namespace holds.
    private struct Look {
        let made: MadeNode
        let live: LiveNode
        /// `nil` where the plan has none.
        let rules: LiveRuleset?
        let silent: [Difference]
    }

    private func look(_ node: NodePlan) throws -> Look? {
        guard let (made, files, silent) = try enter(node) else { return nil }
        var live = try LiveReader.read(made.route)
        live.objects += files
        // An instance that lost its last container has rules that nobody plans any more.
        let mayHaveRules = node.nft != nil || node.role == .instance
        let rules = mayHaveRules ? try RulesetReader.read(made.netfilter) : nil
        return Look(made: made, live: live, rules: rules, silent: silent)
    }

    /// `nil` if the namespace has gone: no name, or a name with nothing behind it.
    private func enter(_ node: NodePlan) throws -> (MadeNode, [LiveObject], [Difference])? {
        let name = LabPlan.namespaceName(lab: state.name, node: node.name)
        do {
            let namespace = try NetworkNamespace(name: name, path: NamedNamespace.path(name))
            return try namespace.run {
                (try MadeNode(attaching: node, namespace), settings(node), silentSockets(node))
            }
        } catch let error as SystemError where error.errno == ENOENT || error.errno == EINVAL {
            return nil
        }
    }

    /// Settings of the whole namespace; a file that is not there is a setting that is missing.
    private func settings(_ node: NodePlan) -> [LiveObject] {
        node.sysctls.compactMap { setting in
            guard let text = try? Files.read(setting.path, limit: 4096) else { return nil }
            let value = String(text.prefix { !$0.isNewline })
            return LiveObject(.sysctl, key: setting.key, words: Sysctl(setting.key, value).text, isKernels: true)
        }
    }

    private func silentSockets(_ node: NodePlan) -> [Difference] {
        node.sockets.filter { socket in
            // dnsmasq and iperf3 do not listen on every address, ours do.
            let address = socket.address ?? ([.dns, .iperf3].contains(socket.kind) ? node.address : nil)
            return !OpenPorts.listens(isDatagram: socket.kind == .udp, port: socket.port, address: address)
        }.map { socket in
            let address = socket.address.map { " on \($0)" } ?? ""
            return Difference(
                .add, "listener", "\(socket.kind.rawValue):\(socket.port)\(address) of \(node.name)",
                owner: socket.owner)
        }
    }

    /// Namespaces that carry the lab's name, or are in its journal, and are no node of the plan.
    private func strangers() throws -> [String] {
        let planned = Set(plan.nodes.map { LabPlan.namespaceName(lab: state.name, node: $0.name) })
        return try LabDown.namespaces(of: state.name).filter {
            !planned.contains($0) && Files.exists(NamedNamespace.path($0))
        }
    }

    private func serviceDifferences(_ silent: [Difference]) throws -> [Difference] {
        // A lab without services has no process and wants none.
        let status = LabStatus(state)
        guard services != nil || status.hasServices else { return [] }
        guard status.isServing else {
            return [Difference(.add, "process", "netlab __serve", owner: "services of lab \(state.name)")]
        }
        if !silent.isEmpty { return silent }
        guard let services, services != (try? Files.read(state.servicesFile)) else { return [] }
        return [Difference(.change, "process", "netlab __serve by the new plan", was: "netlab __serve by the old plan")]
    }
}
