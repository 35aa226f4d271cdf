import CloudModel
import LabPlan
import LabServices
import Namespaces

/// What the background process runs for load balancers: nginx, health checks, names.
struct BalancerPlanner {
    let lab: Lab
    let state: StateFolder
    let certificates: LabCertificates

    /// One nginx for each node of an application load balancer.
    var programs: [Program] {
        lab.vpcs.flatMap { vpc in
            vpc.loadBalancers.filter { $0.kind == .application }.flatMap { balancer in
                balancer.nodes.map { node in
                    Program.nginx(
                        configuration(balancer, node, in: vpc), name: Self.program(node),
                        namespacePath: path(of: node), listening: node.interface.privateAddress,
                        stateFolder: state.path)
                }
            }
        }
    }

    /// Every node with the targets it may use.
    var balancers: [BalancerPlan] {
        lab.vpcs.flatMap { vpc in
            vpc.loadBalancers.flatMap { balancer in
                balancer.nodes.map { node in
                    BalancerPlan(
                        node: node.name, namespacePath: path(of: node),
                        kind: balancer.kind == .network
                            ? .network
                            : .application(program: Self.program(node), configuration(balancer, node, in: vpc)),
                        groups: groups(balancer, node, in: vpc))
                }
            }
        }
    }

    /// The balancers' names as the DNS server of a node answers them: AWS gives a balancer that faces the Internet its
    /// public addresses, inside and outside.
    func names(program: String) -> BalancerNames? {
        let answers = lab.vpcs.flatMap(\.loadBalancers).flatMap { balancer in
            balancer.nodes.compactMap { node -> BalancerNames.Answer? in
                let interface = node.interface
                let address =
                    balancer.scheme == .internetFacing ? interface.publicAddress : interface.privateAddress
                return address.map { .init(name: balancer.publicName, address: $0, node: node.name) }
            }
        }
        guard !answers.isEmpty else { return nil }
        return BalancerNames(program: program, file: "\(state.path)/\(program).hosts", answers: answers)
    }

    private static func program(_ node: LoadBalancerNode) -> String { "nginx-\(node.name)" }

    private func path(of node: LoadBalancerNode) -> String {
        NamedNamespace.path(LabPlan.namespaceName(lab: state.name, node: node.name))
    }

    private func configuration(
        _ balancer: LoadBalancer, _ node: LoadBalancerNode, in vpc: VPC
    ) -> NginxConfiguration {
        let groups = groups(balancer, node, in: vpc)
        return NginxConfiguration(
            node: node.name, base: "\(state.path)/\(Self.program(node))",
            upstreams: groups.filter { !$0.targets.isEmpty }.map { .init(name: $0.name, servers: $0.targets) },
            servers: balancer.listeners.map { listener in
                .init(
                    port: listener.port,
                    certificate: listener.transport == .https ? certificates.certificates[node.name] : nil,
                    content: content(listener, groups),
                    // What is only redirected needs no inspection: it comes back by HTTPS.
                    hasFirewall: balancer.hasWAF && listener.isForwarding)
            })
    }

    /// A group without targets answers 503 [ALB, troubleshooting].
    private func content(_ listener: LoadBalancerListener, _ groups: [BalancerPlan.Group]) -> NginxContent {
        switch listener.action {
        case .forward(let name):
            groups.contains { $0.name == name && !$0.targets.isEmpty }
                ? .proxy(upstream: name, idleTimeout: 60) : .status(503)
        case .redirectToHTTPS(let port): .redirectToHTTPS(port: port)
        case .fixedResponse(let status): .status(status)
        case .unsupported: .status(501)
        }
    }

    /// The groups that its listeners forward to, each once, with the targets this node may choose.
    private func groups(
        _ balancer: LoadBalancer, _ node: LoadBalancerNode, in vpc: VPC
    ) -> [BalancerPlan.Group] {
        var groups: [BalancerPlan.Group] = []
        for listener in balancer.listeners {
            guard case .forward(let name) = listener.action, let group = vpc.targetGroup(name) else { continue }
            let slots = balancer.kind == .network ? [LabPlan.slots(of: listener)] : []
            if let known = groups.firstIndex(where: { $0.name == name }) {
                groups[known].slots += slots
                continue
            }
            let targets = vpc.targets(of: group, from: node, of: balancer).map {
                NginxConfiguration.Backend($0.address, port: $0.target.port)
            }
            groups.append(.init(name: name, slots: slots, targets: targets, check: .init(group.healthCheck)))
        }
        return groups
    }
}

extension LoadBalancerListener {
    fileprivate var isForwarding: Bool { if case .forward = action { true } else { false } }
}

extension BalancerPlan.Check {
    init(_ check: HealthCheck) {
        self.init(
            path: check.path, interval: check.interval, timeout: check.timeout,
            healthyThreshold: check.healthyThreshold, unhealthyThreshold: check.unhealthyThreshold)
    }
}
