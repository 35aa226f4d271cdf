import CNetlabShims
import Drift
import Glibc
import KernelObjects
import LabPlan
import LinuxSystem
import Namespaces
import Netlink
import Nftables
import RouteNetlink

/// Takes the steps from what a running lab has to what its plan says.
///
/// The order keeps the lab whole: what is new is made first, then what packets are led by is changed (routes, then
/// rules in one batch, then routes nobody needs any more), and only then goes what is old.
struct NetworkChanger {
    let plan: LabPlan
    let name: String

    /// Namespaces and wires. What is in them is found missing when one looks again.
    func build(_ difference: LabDifference, _ nodes: [MadeNode]) throws {
        var doors = Dictionary(uniqueKeysWithValues: nodes.map { ($0.plan.name, $0) })
        try unlink(difference.inTheWay, doors)
        if !difference.newNodes.isEmpty {
            for node in try makeNamespaces(difference.newNodes) { doors[node.plan.name] = node }
        }
        for (near, wires) in Dictionary(grouping: difference.newWires, by: \.near.node).sorted(by: { $0.key < $1.key })
        {
            guard let door = doors[near] else { continue }
            var batch = RouteBatch()
            for wire in wires {
                guard let far = doors[wire.far.node] else { continue }
                try batch.add(wire, farNamespace: far.namespace.descriptor.raw, subject: far.plan.subject)
            }
            try door.route.commit(batch.messages)
        }
    }

    private func makeNamespaces(_ nodes: [NodePlan]) throws -> [MadeNode] {
        let names = nodes.map { LabPlan.namespaceName(lab: name, node: $0.name) }
        // A name without a namespace behind it is in the way.
        for name in names { try NamedNamespace.delete(name) }
        return try NetnsFolder.using {
            try NamedNamespace.create(names) { index, namespace in
                for setting in nodes[index].sysctls { try Files.set(setting.value, at: setting.path) }
                return try MadeNode(attaching: nodes[index], namespace)
            }
        }
    }

    /// What is in the namespaces.
    func fill(_ difference: LabDifference, _ nodes: [MadeNode]) throws {
        let doors = Dictionary(uniqueKeysWithValues: nodes.map { ($0.plan.name, $0) })
        for node in difference.nodes {
            guard let door = doors[node.node.name] else { continue }
            try put(node, door)
        }
        for node in difference.nodes {
            guard let door = doors[node.node.name], let ruleset = node.ruleset, !ruleset.isEmpty else { continue }
            var batch = NftBatch()
            batch.apply(ruleset)
            try door.netfilter.commit(batch.messages, acknowledging: batch.messages.count - 2)
        }
        for node in difference.nodes where !node.remove.isEmpty {
            guard let door = doors[node.node.name] else { continue }
            var batch = RouteBatch()
            for object in node.remove { batch.remove(object, subject: node.node.subject) }
            try Self.commit(batch, door, forgiving: [ESRCH, ENOENT, EADDRNOTAVAIL, ENODEV])
        }
    }

    private func put(_ difference: NodeDifference, _ door: MadeNode) throws {
        let settings = difference.put.compactMap { object -> Sysctl? in
            if case .sysctl(let setting) = object { setting } else { nil }
        }
        if !settings.isEmpty {
            try door.namespace.run {
                for setting in settings { try Files.set(setting.value, at: setting.path) }
            }
        }
        var batch = RouteBatch()
        for object in difference.put { try batch.put(object, subject: object.owner(in: difference.node)) }
        try door.route.commit(batch.messages)
    }

    /// What nothing leads to any more.
    func clear(_ difference: LabDifference, _ nodes: [MadeNode]) throws {
        try unlink(difference.oldLinks, Dictionary(uniqueKeysWithValues: nodes.map { ($0.plan.name, $0) }))
        for name in difference.oldNamespaces { try NamedNamespace.delete(name) }
    }

    private func unlink(_ links: [LabDifference.OldLink], _ doors: [String: MadeNode]) throws {
        for (node, links) in Dictionary(grouping: links, by: \.node).sorted(by: { $0.key < $1.key }) {
            guard let door = doors[node] else { continue }
            var batch = RouteBatch()
            for link in links { try batch.delete(link.device, subject: door.plan.subject) }
            // A wire's other end may have been deleted a moment ago, and this one with it.
            try Self.commit(batch, door, forgiving: [ENODEV])
        }
    }

    /// What is gone already need not be taken away.
    private static func commit(_ batch: RouteBatch, _ door: MadeNode, forgiving numbers: [Int32]) throws {
        do {
            try door.route.commit(batch.messages)
        } catch let refusal as BatchRefusal {
            let others = refusal.refusals.filter { !numbers.contains($0.errno) }
            if !others.isEmpty { throw BatchRefusal(others) }
        }
    }
}
