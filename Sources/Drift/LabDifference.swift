public import KernelObjects
public import LabPlan
import LinuxSystem
public import Nftables

/// In what a running lab differs from its plan: namespaces, wires, and what is in each.
public struct LabDifference: Sendable {
    /// What was found of a lab.
    public struct Survey: Sendable {
        /// By node; a node whose namespace is gone is not in it.
        public var nodes: [String: LiveNode]
        /// Of the nodes that have rules in the plan.
        public var rulesets: [String: LiveRuleset]
        /// Full names of namespaces that belong to the lab and to no node of the plan.
        public var strangers: [String]
        /// What is the matter with what answers inside.
        public var services: [Difference]

        public init(
            nodes: [String: LiveNode] = [:], rulesets: [String: LiveRuleset] = [:], strangers: [String] = [],
            services: [Difference] = []
        ) {
            self.nodes = nodes
            self.rulesets = rulesets
            self.strangers = strangers
            self.services = services
        }
    }

    /// An interface that has to go.
    public struct OldLink: Hashable, Sendable {
        public let node: String
        public let device: Device
    }

    /// Nodes whose namespaces have to be made.
    public private(set) var newNodes: [NodePlan] = []
    /// Wires that have to be made.
    public private(set) var newWires: [Veth] = []
    /// What stands in their way.
    public private(set) var inTheWay: [OldLink] = []
    /// What has to go once nothing leads there any more.
    public private(set) var oldLinks: [OldLink] = []
    public private(set) var oldNamespaces: [String] = []
    /// Only those that differ.
    public private(set) var nodes: [NodeDifference] = []
    public let services: [Difference]

    public init(_ plan: LabPlan, _ survey: Survey) {
        services = survey.services
        oldNamespaces = survey.strangers
        newNodes = plan.nodes.filter { survey.nodes[$0.name] == nil }
        compareWires(plan, survey.nodes)
        var devices: [String: Set<String>] = [:]
        for veth in newWires {
            for end in [veth.near, veth.far] { devices[end.node, default: []].insert(end.name) }
        }
        for link in inTheWay { devices[link.node, default: []].insert(link.device.name) }
        let objects = plan.plannedObjects
        let comparisons = plan.nodes.compactMap { node in
            survey.nodes[node.name].map { live in
                { @Sendable [objects = objects[node.name] ?? [], without = devices[node.name] ?? []] in
                    NodeDifference(
                        node, objects: objects, live: live, rules: survey.rulesets[node.name], without: without)
                }
            }
        }
        for comparison in inParallel(comparisons, threads: 2, name: "netlab-drift") {
            guard case .success(let difference) = comparison else { preconditionFailure("comparing throws nothing") }
            if !difference.isEmpty { nodes.append(difference) }
        }
    }

    public var isEmpty: Bool { !needsStructure && !needsContents && services.isEmpty }
    /// Namespaces or wires are missing: they come first, and then one looks again.
    public var needsStructure: Bool { !newNodes.isEmpty || !newWires.isEmpty }
    var needsContents: Bool { !nodes.isEmpty || !oldLinks.isEmpty || !oldNamespaces.isEmpty }

    /// What the background process has put into sets would be lost.
    public var renewsLiveSets: Bool { nodes.contains { $0.ruleset?.renewsLiveSets == true } }

    /// A wire is there if both its ends are, under their names and numbers, and each is the other's other end.
    private mutating func compareWires(_ plan: LabPlan, _ live: [String: LiveNode]) {
        var kept: Set<OldLink> = []
        var wanted: Set<OldLink> = []
        var numbers: [String: Set<Int32>] = [:]
        for veth in plan.veths {
            let ends = [veth.near, veth.far].map {
                OldLink(node: $0.node, device: Device(name: $0.name, index: $0.index))
            }
            wanted.formUnion(ends)
            if Self.isWhole(veth, live) {
                kept.formUnion(ends)
            } else {
                newWires.append(veth)
                for end in ends { numbers[end.node, default: []].insert(end.device.index) }
            }
        }
        let names = Set(newWires.flatMap { [$0.near, $0.far] }.map { "\($0.node):\($0.name)" })
        for node in plan.nodes {
            for link in live[node.name]?.links ?? [] where link.device != .loopback {
                let end = OldLink(node: node.name, device: link.device)
                if kept.contains(end) { continue }
                if names.contains("\(node.name):\(link.device.name)")
                    || numbers[node.name]?.contains(link.device.index) == true
                {
                    inTheWay.append(end)
                } else if link.kind == "veth", !node.role.isGuest {
                    oldLinks.append(end)
                }
            }
        }
    }

    private static func isWhole(_ veth: Veth, _ live: [String: LiveNode]) -> Bool {
        func link(_ end: Veth.End) -> LiveLink? {
            live[end.node]?.links.first { $0.device == Device(name: end.name, index: end.index) && $0.kind == "veth" }
        }
        guard let near = link(veth.near), let far = link(veth.far) else { return false }
        return near.peer == far.device.index && far.peer == near.device.index
    }
}
