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

    static let trafficKeys = ["tcp", "udp", "icmp", "protocol", "all"]

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
                of: "an \(direction.rawValue) rule", keys: Self.trafficKeys + ["from", "to", "description"],
                hint: "for example \(example)")
        else { return [] }
        _ = table["description"]?.text("what the rule is for")
        if table[other] != nil {
            table.source.error(
                table.origin(of: other), "an \(direction.rawValue) rule has no `\(other)`",
                hint: "write `\(direction.peerKey)`: \(direction.rawValue) names who is at the other end")
            return []
        }
        let traffic = Self.trafficKeys.flatMap { key in table[key].map { read($0, as: key) } ?? [] }
        if !Self.trafficKeys.contains(where: { table[$0] != nil }) {
            table.error("this rule allows no kind of traffic", hint: "for example \(example)")
        }
        guard let peers = table.need(direction.peerKey, example: "0.0.0.0/0") else { return [] }
        if peers.items().isEmpty { peers.wrongType("a CIDR block or a group", hint: "for example 0.0.0.0/0") }
        let ends = peers.items().compactMap(peer)
        return traffic.flatMap { kind in
            ends.map { SecurityGroupRule(traffic: kind, peer: $0, origin: field.origin) }
        }
    }

    private func read(_ field: Field, as key: String) -> [Traffic] {
        switch key {
        case "tcp": return Ports.read(field).map(Traffic.tcp)
        case "udp": return Ports.read(field).map(Traffic.udp)
        case "icmp": return field.items().compactMap(icmp)
        case "protocol": return field.items().compactMap(numbered)
        default:
            if field.boolean() == false { field.error("`all: false` allows nothing", hint: "remove this rule") }
            return [.all]
        }
    }

    /// A protocol by number; those that have ports or types have keys of their own.
    private func numbered(_ field: Field) -> Traffic? {
        guard let number = field.integer(0...255) else { return nil }
        if let key = [1: "icmp", 6: "tcp", 17: "udp"][number] {
            field.error("protocol \(number) is \(key)", hint: "write `\(key): …` instead")
            return nil
        }
        return .protocolNumber(UInt8(number))
    }

    private static let icmpTypes: [String: UInt8] = [
        "echo-reply": 0, "destination-unreachable": 3, "echo-request": 8, "time-exceeded": 11,
    ]

    /// `any`, a name, `8`, or `3/4`: type and code.
    private func icmp(_ field: Field) -> Traffic? {
        guard let text = field.text("echo-request") else { return nil }
        if text == "any" || text == "all" { return .icmp(type: nil, code: nil) }
        if let type = Self.icmpTypes[text] { return .icmp(type: type, code: nil) }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { strictInteger(String($0)) }
        if (1...2).contains(parts.count), let type = parts[0].flatMap({ UInt8(exactly: $0) }) {
            if parts.count == 1 { return .icmp(type: type, code: nil) }
            if let code = parts[1].flatMap({ UInt8(exactly: $0) }) { return .icmp(type: type, code: code) }
        }
        let near = closest(to: text, among: Self.icmpTypes.keys.sorted() + ["any"])
        field.error(
            "`\(ObjectName.shown(text))` is not a kind of ICMP",
            hint: near.map { "did you mean `\($0)`?" } ?? "for example echo-request, any, or 3/4 (type/code)")
        return nil
    }

    private func peer(_ field: Field) -> SecurityGroupRule.Peer? {
        guard let text = field.text("0.0.0.0/0") else { return nil }
        // No group's name holds these characters, every block does.
        if text.contains("/") || text.contains(".") || text.contains(":") {
            return field.block(from: text, example: "10.0.0.0/16").map(SecurityGroupRule.Peer.cidr)
        }
        return .securityGroup(text)
    }
}
