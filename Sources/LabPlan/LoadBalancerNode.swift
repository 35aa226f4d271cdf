public import CloudModel
import IPAddressing
import KernelObjects

/// One zone's node of a load balancer.
///
/// Of an application load balancer it is a host on which nginx ends connections and begins others; what is not for a
/// listener is dropped (free choice: AWS's documents do not say what a closed port answers). Of a network load
/// balancer it is a router that sends each flow to the target its hash chooses, and remembers: facts from [NLB]: 350 s
/// idle for TCP and 120 s for UDP, then a reset; the client's address kept or not as the target group says; a flow to a
/// target that became unwell is reset.
enum LoadBalancerNode {
    private static let ports: ClosedRange<UInt16> = 1024...65535
    private static let tcpIdleTimeout = "350"
    private static let udpIdleTimeout = "120"
    /// The bit of a flow's mark that says: the target shall see the node's own address.
    private static let hidden: UInt32 = 1

    static func plans(_ balancer: LoadBalancer, in vpc: VPC) -> [NodePlan] {
        balancer.nodes.map { node in
            var plan = NodePlan(node.name, .loadBalancer)
            InstanceNode.attach(&plan, node.interface, number: 0, subnet: vpc.subnet(node.interface.subnet))
            guard balancer.kind == .network else {
                plan.sysctls = [Sysctl.ordinaryUsersTakeAnyPort]
                plan.resolvers = vpc.resolver.map { [$0] } ?? []
                plan.nft = NftTable(chains: [input(balancer, node)])
                return plan
            }
            plan.sysctls =
                Sysctl.forwarding + [
                    Sysctl("net.netfilter.nf_conntrack_tcp_loose", "0"),
                    Sysctl("net.netfilter.nf_conntrack_tcp_timeout_established", tcpIdleTimeout),
                    Sysctl("net.netfilter.nf_conntrack_udp_timeout", udpIdleTimeout),
                    Sysctl("net.netfilter.nf_conntrack_udp_timeout_stream", udpIdleTimeout),
                ]
            plan.nft = ruleset(balancer, node, vpc)
            return plan
        }
    }

    /// One listener with the group it forwards to.
    private struct Forwarding {
        let listener: LoadBalancerListener
        let group: TargetGroup
        let targets: [FlowTarget]

        var layer: NftStatement.PortProtocol { listener.transport == .udp ? .udp : .tcp }
        /// Group names may be long; a listener's protocol and port are its own.
        var slots: String { LoadBalancerNode.slots(listener) }
    }

    /// The name of a listener's map of slots.
    static func slots(_ listener: LoadBalancerListener) -> String {
        "slots_\(listener.transport == .udp ? "udp" : "tcp")_\(listener.port)"
    }

    private static func ruleset(_ balancer: LoadBalancer, _ node: LoadBalancerNode.Node, _ vpc: VPC) -> NftTable {
        let owner = "elb \(node.name)"
        let forwardings = balancer.listeners.compactMap { listener -> Forwarding? in
            guard case .forward(let name) = listener.action, let group = vpc.targetGroup(name) else { return nil }
            let targets = vpc.targets(of: group, from: node, of: balancer).map {
                FlowTarget($0.address, port: $0.target.port)
            }
            return Forwarding(listener: listener, group: group, targets: targets)
        }
        let marks = NftSet("hidden", key: [.mark], elements: [.init([.mark(hidden)])])
        return NftTable(
            sets: forwardings.map { .flowSlots($0.slots, over: $0.targets) } + [.cutTargets([]), marks],
            chains: [
                choice(forwardings, of: node), forward(owner), input(owner, forwardings),
                source(node, marks: marks.name),
            ])
    }

    typealias Node = CloudModel.LoadBalancerNode

    /// New flows: the hash of addresses and ports chooses a slot, and the slot a target.
    private static func choice(_ forwardings: [Forwarding], of node: Node) -> NftChain {
        let own = NftStatement.address(.destination, CIDRBlock(node.interface.privateAddress))
        return NftChain(
            "listeners", base: .init(.nat, .prerouting, priority: -100),
            rules: forwardings.map { forwarding in
                let port = forwarding.listener.port
                var statements = [own, .destinationPort(forwarding.layer, port...port)]
                if !forwarding.group.preservesClientIP { statements.append(.setConnectionMark(bit: hidden)) }
                return NftRule(
                    statements + [.balance(map: forwarding.slots)],
                    owner: "listener \(forwarding.layer.rawValue) \(port) forward \(forwarding.group.name)")
            })
    }

    private static func forward(_ owner: String) -> NftChain {
        NftChain(
            "forward", base: .init(.filter, .forward, priority: 0, policy: .drop),
            rules: [
                NftRule(
                    [
                        .ipProtocol(6), .inSet([.destination, .destinationPort], NftSet.cutTargets([]).name), .counter,
                        .reset,
                    ], owner: "\(owner): unhealthy target"),
                NftRule([.ipProtocol(6), .invalid, .counter, .reset], owner: "\(owner): unknown flow"),
                NftRule([.established, .verdict(.accept)]),
                NftRule([.translated, .verdict(.accept)]),
                .drop(owner: "\(owner): not for a listener"),
            ])
    }

    /// The node speaks only to its targets: the answers to its health checks, and nothing else. A segment of a flow
    /// that it has forgotten is led to no target any more: the client gets a reset.
    private static func input(_ owner: String, _ forwardings: [Forwarding]) -> NftChain {
        let forgotten = forwardings.filter { $0.layer == .tcp }.map { forwarding in
            NftRule(
                [
                    .destinationPort(.tcp, forwarding.listener.port...forwarding.listener.port), .invalid, .counter,
                    .reset,
                ], owner: "\(owner): unknown flow")
        }
        return NftChain(
            "input", base: .init(.filter, .input, priority: 0, policy: .drop),
            rules: [
                NftRule([.interface(.inputInterface, "lo"), .verdict(.accept)]),
                NftRule([.established, .verdict(.accept)]),
            ] + forgotten + [.drop(owner: "\(owner): no listener")])
    }

    /// What an application load balancer's node takes: connections to its listeners, and answers to its own.
    private static func input(_ balancer: LoadBalancer, _ node: Node) -> NftChain {
        NftChain(
            "input", base: .init(.filter, .input, priority: 0, policy: .drop),
            rules: [
                NftRule([.interface(.inputInterface, "lo"), .verdict(.accept)]),
                NftRule([.established, .verdict(.accept)]),
                NftRule([.related, .verdict(.accept)]),
            ]
                + balancer.listeners.map { listener in
                    NftRule(
                        [.destinationPort(.tcp, listener.port...listener.port), .verdict(.accept)],
                        owner: "elb \(node.name): listener tcp \(listener.port)")
                } + [.drop(owner: "elb \(node.name): no listener")])
    }

    private static func source(_ node: Node, marks: String) -> NftChain {
        let address = node.interface.privateAddress
        return NftChain(
            "client_address", base: .init(.nat, .postrouting, priority: 100),
            rules: [6, 17].map { number in
                NftRule([
                    .inSet([.connectionMark], marks), .ipProtocol(number), .sourceNAT(address, ports: ports),
                ])
            })
    }
}

extension LabPlan {
    /// The name of the map from which a listener of a network load balancer chooses its targets.
    public static func slots(of listener: LoadBalancerListener) -> String { LoadBalancerNode.slots(listener) }
}
