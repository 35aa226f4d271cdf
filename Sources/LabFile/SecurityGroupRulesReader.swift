import CloudModel
import IPAddressing

/// The rules of one direction of a security group: `[{ tcp: 443, from: 0.0.0.0/0 }]`, or the bare word `all`.
struct SecurityGroupRulesReader {
    enum Direction: String {
        case ingress, egress
        /// The key that names the other end.
        var peerKey: String { self == .ingress ? "from" : "to" }
    }

    let direction: Direction
    let prefixLists: [PrefixList]

    private var example: String { "{ tcp: 443, \(direction.peerKey): 0.0.0.0/0 }" }

    func read(_ field: Field) -> [SecurityGroupRule] { field.items().flatMap(rules) }

    private func rules(_ field: Field) -> [SecurityGroupRule] {
        if let word = field.bareText {
            if word == "all" {
                return [SecurityGroupRule(traffic: .all, peer: .cidr(.everywhere), origin: field.origin)]
            }
            field.error(
                "`\(ObjectName.shown(word))` is not a rule", hint: "write \(example), or `all` for everything")
            return []
        }
        let other = direction == .ingress ? "to" : "from"
        guard
            let table = field.table(
                of: "an \(direction.rawValue) rule", keys: TrafficReader.keys + ["from", "to", "description"],
                hint: "for example \(example)")
        else { return [] }
        _ = table["description"]?.text("what the rule is for")
        if table[other] != nil {
            table.source.error(
                table.origin(of: other), "an \(direction.rawValue) rule has no `\(other)`",
                hint: "write `\(direction.peerKey)`: \(direction.rawValue) names who is at the other end")
            return []
        }
        let traffic = TrafficReader.read(table)
        if !TrafficReader.isPresent(in: table) {
            table.error("this rule allows no kind of traffic", hint: "for example \(example)")
        }
        guard let peers = table.need(direction.peerKey, example: "0.0.0.0/0") else { return [] }
        if peers.items().isEmpty { peers.wrongType("a CIDR block or a group", hint: "for example 0.0.0.0/0") }
        let ends = peers.items().flatMap(self.peers)
        return traffic.flatMap { kind in
            ends.map {
                SecurityGroupRule(traffic: kind, peer: $0.peer, prefixList: $0.prefixList, origin: field.origin)
            }
        }
    }

    /// A block; a prefix list, which is all of its blocks; else a group.
    private func peers(_ field: Field) -> [(peer: SecurityGroupRule.Peer, prefixList: String?)] {
        guard let text = field.text("0.0.0.0/0") else { return [] }
        // No name of a group or list holds these characters, every block does.
        if text.contains("/") || text.contains(".") || text.contains(":") {
            return field.block(from: text, example: "10.0.0.0/16").map { [(.cidr($0), nil)] } ?? []
        }
        if let list = prefixLists.first(where: { $0.name == text }) { return list.blocks.map { (.cidr($0), text) } }
        return [(.securityGroup(text), nil)]
    }
}
