import KernelObjects
import LabPlan
import Nftables

/// Turns passages, which are numbers of the kernel, into hops in the words of the lab.
struct HopReader {
    let plan: LabPlan
    let wires: Wires
    /// The rules of each node that has any.
    let rules: [String: RuleIndex]

    func hop(_ passage: Passage) -> LiveHop {
        let node = plan.node(passage.node)
        let steps = passage.steps.map { ($0, rules[passage.node]?[$0.handle]) }
        return LiveHop(
            node: passage.node, role: node?.role.rawValue ?? "", input: input(passage), output: output(passage),
            before: passage.before, after: passage.after,
            rules: steps.compactMap { step, rule in rule.flatMap { words($0, step) } },
            isKnownFlow: steps.contains { $1?.planned?.statements.contains(.established) ?? false },
            route: node.flatMap { route(passage, $0) }, outcome: outcome(passage))
    }

    private func words(_ rule: IndexedRule, _ step: Passage.Step) -> LiveHop.Rule? {
        guard !rule.owner.isEmpty else { return nil }
        return LiveHop.Rule(
            owner: rule.owner, chain: rule.chain, verdict: step.verdict.word, text: rule.planned?.text ?? "")
    }

    private func input(_ passage: Passage) -> LiveHop.Interface? {
        guard case .wire(let index) = passage.entry else { return nil }
        return interface(Wires.End(node: passage.node, index: index))
    }

    private func output(_ passage: Passage) -> LiveHop.Interface? {
        switch passage.exit {
        case .wire(let index): interface(Wires.End(node: passage.node, index: index))
        case .dropped, .lost, nil: passage.aim.map { interface(Wires.End(node: passage.node, index: $0)) }
        case .delivered: nil
        }
    }

    private func interface(_ end: Wires.End) -> LiveHop.Interface {
        LiveHop.Interface(name: wires.name(end), peer: wires.peer(end)?.node ?? "?")
    }

    private func outcome(_ passage: Passage) -> LiveHop.Outcome {
        switch passage.exit {
        case .wire: return .forwarded
        case .delivered: return .delivered
        case .dropped(let handle, let chain):
            let owner = handle.flatMap { rules[passage.node]?[$0]?.owner } ?? ""
            return .dropped(owner: owner.isEmpty ? "chain \(chain)" : owner)
        case .lost, nil: return .lost
        }
    }

    /// Only what crosses a VPC router and was routed there.
    private func route(_ passage: Passage, _ node: NodePlan) -> LiveHop.Route? {
        guard node.role == .router, passage.steps.contains(where: { $0.chain != "input" }) else { return nil }
        if case .dropped(_, let chain) = passage.exit, chain == "prerouting" || chain.hasPrefix("eni-") { return nil }
        guard passage.exit != .delivered,
            let route = PlannedRouting.route(in: node, mark: passage.mark, to: passage.after.destination)
        else { return nil }
        return LiveHop.Route(table: route.owner.replacingRouteTable, destination: route.destination)
    }
}

extension String {
    /// `route table rtb-private-a` → `rtb private-a`, as drops are named.
    fileprivate var replacingRouteTable: String {
        guard hasPrefix("route table ") else { return self }
        let name = dropFirst("route table ".count)
        return "rtb \(name.hasPrefix("rtb-") ? String(name.dropFirst(4)) : String(name))"
    }
}

extension TraceEvent.Verdict {
    fileprivate var word: String {
        switch self {
        case .accept: "accept"
        case .drop: "drop"
        case .continue: "continue"
        case .return: "return"
        case .jump(let chain): "jump \(chain)"
        case .goto(let chain): "goto \(chain)"
        case .other(let code): "verdict \(code)"
        }
    }
}
