// What can fail in a lab, and what a failure takes away.
extension Lab {
    /// Why an outage cannot be, in one sentence; `nil` if it can.
    public func objection(to outage: Outage) -> String? {
        let names = namesThatCanFail(outage.kind)
        if names.contains(outage.name) { return nil }
        if let kind = nodes.first(where: { $0.name == outage.name })?.kind, outage.kind != .zone {
            switch kind {
            case .container where !names.contains(outage.name):
                return "`\(outage.name)` is a container without a wire of its own; fail its host "
                    + "`\(container(outage.name)?.host.name ?? "")`"
            case .vpc, .peering:
                return "`\(outage.name)` is \(kind.indefinite), which is no machine that could fail; "
                    + "fail its zones (\(Self.list(zones))) or a node"
            default: break
            }
            if outage.kind == .nat {
                return "`\(outage.name)` is \(kind.indefinite) and no NAT gateway; say `node \(outage.name)`"
            }
        }
        let known = names.isEmpty ? "the lab has none" : Self.hint(outage.name, among: names)
        return "no \(outage.kind.words) \(ObjectName.shown(outage.name)); \(known)"
    }

    /// Every zone of the lab's VPCs.
    public var zones: [String] { Array(Set(vpcs.flatMap(\.zones))).sorted() }

    /// What can be named after a kind, in file order.
    public func namesThatCanFail(_ kind: Outage.Kind) -> [String] {
        switch kind {
        case .zone: return zones
        case .nat: return vpcs.flatMap { $0.natGateways.map(\.name) }
        case .node: return nodesWithWires.filter { ![.vpc, .peering].contains($0.kind) }.map(\.name)
        case .link:
            let further = vpcs.flatMap(\.instances).flatMap { instance in
                instance.secondaryInterfaces.indices.map { Outage.linkName($0 + 1, of: instance.name) }
            }
            let named = vpcs.flatMap(\.instances).flatMap(\.interfaces).map(\.name).filter { !$0.isEmpty }
            return nodesWithWires.filter { ![.vpc, .peering, .transitGateway, .internetGateway].contains($0.kind) }.map(
                \.name)
                + further + named
        }
    }

    /// Not the containers that live in their host's network, or in none.
    private var nodesWithWires: [Node] {
        nodes.filter { node in node.kind != .container || container(node.name)?.container.network == .bridge }
    }

    private static func hint(_ name: String, among names: [String]) -> String {
        if let near = closest(to: name, among: names) { return "did you mean `\(near)`?" }
        return names.count <= 24 ? "the lab has \(list(names))" : "the lab has \(names.count)"
    }

    /// `a, b and c`.
    private static func list(_ names: [String]) -> String {
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " and \(last)"
    }
}

extension Outage.Kind {
    /// In a sentence: `no NAT gateway x`.
    var words: String { self == .nat ? "NAT gateway" : rawValue }
}
