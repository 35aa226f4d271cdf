import CloudModel
import KernelObjects
import LabPlan

/// A whole plan as text: everything in it, in its own order, one fact a line.
struct PlanText {
    let plan: LabPlan

    var text: String {
        var lines = ["lab \(plan.lab.name)", ""]
        for veth in plan.veths { lines.append("veth \(end(veth.near)) -- \(end(veth.far)) mtu \(veth.mtu)") }
        for node in plan.nodes { lines += ["", "node \(node.subject)"] + describe(node).map { "  \($0)" } }
        return lines.joined(separator: "\n") + "\n"
    }

    private func end(_ end: Veth.End) -> String { "\(end.node)/\(end.name)#\(end.index) \(end.mac)" }

    private func describe(_ node: NodePlan) -> [String] {
        var lines = node.sysctls.map { "sysctl \($0.key)=\($0.value)" }
        lines += node.devices.map { "up \($0.name)#\($0.index)" }
        lines += node.proxyARP.map { "proxy-arp \($0.name)#\($0.index)" }
        lines += node.addresses.map {
            "address \($0.address)/\($0.prefixLength) dev \($0.device.name)#\($0.device.index)"
        }
        lines += node.neighbors.map { "neighbor \($0.text)" }
        lines += node.routes.map { "route \($0.text)  [\($0.owner)]" }
        lines += node.rules.map { "rule \($0.text)  [\($0.owner)]" }
        lines += node.sockets.map {
            "socket \($0.kind.rawValue) \($0.address.map { "\($0)" } ?? "*"):\($0.port)  [\($0.owner)]"
        }
        lines += node.resolvers.map { "resolver \($0)" }
        lines += node.searchDomains.map { "search \($0)" }
        return lines + (node.nft.map(describe) ?? [])
    }

    private func describe(_ table: NftTable) -> [String] {
        table.sets.flatMap(describe) + table.chains.flatMap(describe)
    }

    private func describe(_ set: NftSet) -> [String] {
        let key = set.key.map(\.text).joined(separator: " . ")
        let data =
            switch set.data {
            case .verdict: " : verdict"
            case .value(let kind): " : \(kind.text)"
            case .flowTarget: " : ipv4_addr . inet_service"
            case nil: ""
            }
        let elements = set.elements.map { element in
            element.key.map(\.text).joined(separator: " . ") + (element.data.map { " : \($0.text)" } ?? "")
        }
        let noun = set.data == nil ? "set" : "map"
        let head = "\(noun) \(set.name) type \(key)\(data)\(set.isInterval ? " interval" : "")"
        // The 254 elements of the time-to-live map say nothing one by one.
        if elements.count > 100 { return [head + " { \(elements[0]), … \(elements[elements.count - 1]) }"] }
        return [head] + elements.map { "  \($0)" }
    }

    private func describe(_ chain: NftChain) -> [String] {
        let base = chain.base.map {
            " type \($0.kind.rawValue) hook \($0.hook.rawValue) priority \($0.priority) policy \($0.policy.rawValue)"
        }
        return ["chain \(chain.name)\(base ?? "")"] + chain.rules.map { "  \($0.text)" }
    }
}
