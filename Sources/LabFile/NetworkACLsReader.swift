import CloudModel

/// The `network-acls` section.
enum NetworkACLsReader {
    static let keys = ["default", "ingress", "egress"]

    static func read(_ field: Field?) -> [NetworkACL] {
        let hint = "for example `strict: { ingress: [{ rule: 100, allow, tcp: 443, from: 0.0.0.0/0 }] }`"
        return (field?.nouns(hint) ?? []).compactMap { entry in
            guard
                let table = entry.field.table(
                    of: "the network ACL `\(ObjectName.shown(entry.name))`", at: entry.origin, keys: keys, hint: hint)
            else { return nil }
            return NetworkACL(
                name: entry.name, isDefault: table["default"]?.boolean() ?? false,
                ingress: table["ingress"].map { NetworkACLRulesReader(peerKey: "from").read($0) } ?? [],
                egress: table["egress"].map { NetworkACLRulesReader(peerKey: "to").read($0) } ?? [],
                origin: entry.origin)
        }
    }
}

/// The rules of one direction: `[{ rule: 100, allow, tcp: 443, from: 0.0.0.0/0 }]`. A rule has one kind of traffic and
/// one block, as in AWS; its number decides the order, not its place.
struct NetworkACLRulesReader {
    /// `from` of ingress, `to` of egress.
    let peerKey: String

    private var example: String { "{ rule: 100, allow, tcp: 443, \(peerKey): 0.0.0.0/0 }" }
    private var direction: String { peerKey == "from" ? "ingress" : "egress" }

    func read(_ field: Field) -> [NetworkACLRule] { field.items().compactMap(rule) }

    private func rule(_ field: Field) -> NetworkACLRule? {
        guard
            let table = field.table(
                of: "an \(direction) rule of a network ACL",
                keys: ["rule", "allow", "deny"] + TrafficReader.keys + ["from", "to"], hint: "for example \(example)")
        else { return nil }
        let other = peerKey == "from" ? "to" : "from"
        if table[other] != nil {
            table.source.error(
                table.origin(of: other), "an \(direction) rule has no `\(other)`", hint: "write `\(peerKey)`")
        }
        let number = table.need("rule", example: "100")?.integer(1...32_766)
        let action = action(table)
        let traffic = TrafficReader.read(table)
        if traffic.count > 1 {
            table.error(
                "a rule of a network ACL has one protocol and one port range, and this has \(traffic.count)",
                hint: "give each a number of its own")
        } else if !TrafficReader.isPresent(in: table) {
            table.error("this rule names no kind of traffic", hint: "for example \(example), or `all: true`")
        }
        let block = table.need(peerKey, example: "0.0.0.0/0")?.block("0.0.0.0/0")
        guard let number, let action, let kind = traffic.first, let block else { return nil }
        return NetworkACLRule(number: number, action: action, traffic: kind, block: block, origin: field.origin)
    }

    /// The bare word `allow` or `deny`: a key without a value.
    private func action(_ table: Table) -> NetworkACLRule.Action? {
        let present = ["allow", "deny"].filter { table[$0] != nil }
        for key in present {
            if let field = table[key], !field.isNull {
                field.error("`\(key)` has no value", hint: "for example \(example)")
                return nil
            }
        }
        guard present.count == 1, let word = present.first else {
            table.error(
                present.isEmpty ? "this rule neither allows nor denies" : "this rule both allows and denies",
                hint: "for example \(example)")
            return nil
        }
        return NetworkACLRule.Action(rawValue: word)
    }
}
