import CloudModel
import KernelObjects
import LabPlan

/// A plan as people and programs read it: every object in the words of `ip` and `nft`.
struct PlanOutline: Encodable {
    struct Node: Encodable {
        let name: String
        let role: String
        let sysctls: [String]
        let addresses: [String]
        let routes: [String]
        let rules: [String]
        let neighbors: [String]
        let chains: [Chain]
        let serves: [String]
    }

    struct Chain: Encodable {
        let name: String
        let hook: String?
        let rules: [String]
    }

    struct Wire: Encodable {
        let from: String
        let to: String
        let mtu: Int
    }

    let lab: String
    let nodes: [Node]
    let wires: [Wire]

    init(_ plan: LabPlan) {
        lab = plan.lab.name
        wires = plan.veths.map {
            Wire(from: "\($0.near.node):\($0.near.name)", to: "\($0.far.node):\($0.far.name)", mtu: $0.mtu)
        }
        nodes = plan.nodes.map { node in
            Node(
                name: node.name, role: node.role.rawValue, sysctls: node.sysctls.map { "\($0.key)=\($0.value)" },
                addresses: node.addresses.map { "\($0.address)/\($0.prefixLength) dev \($0.device.name)" },
                routes: node.routes.map(\.text), rules: node.rules.map(\.text), neighbors: node.neighbors.map(\.text),
                chains: (node.nft?.chains ?? []).map { chain in
                    Chain(
                        name: chain.name,
                        hook: chain.base.map {
                            "\($0.kind.rawValue) \($0.hook.rawValue) \($0.priority) \($0.policy.rawValue)"
                        },
                        rules: chain.rules.map(\.text))
                }, serves: node.sockets.map { "\($0.kind.rawValue):\($0.port)" })
        }
    }

    var text: String {
        var lines = ["\(lab): \(nodes.count) namespaces, \(wires.count) wires", ""]
        for wire in wires { lines.append("wire   \(wire.from) -- \(wire.to) mtu \(wire.mtu)") }
        for node in nodes {
            lines += ["", "\(node.name) (\(node.role))"]
            lines += node.addresses.map { "  addr   \($0)" }
            lines += node.routes.map { "  route  \($0)" }
            lines += node.rules.map { "  rule   \($0)" }
            for chain in node.chains {
                lines.append("  chain  \(chain.name)\(chain.hook.map { " (\($0))" } ?? "")")
                lines += chain.rules.map { "         \($0)" }
            }
            if !node.serves.isEmpty { lines.append("  serves \(node.serves.joined(separator: " "))") }
        }
        return lines.joined(separator: "\n")
    }
}
