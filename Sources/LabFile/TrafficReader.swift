import CloudModel

/// What kind of packets a rule speaks of: `tcp: 443`, `icmp: echo-request`, `protocol: 47`, `all: true`.
enum TrafficReader {
    static let keys = ["tcp", "udp", "icmp", "protocol", "all"]

    /// Every kind the rule names, in the order of `keys`.
    static func read(_ table: Table) -> [Traffic] {
        keys.flatMap { key in table[key].map { read($0, as: key) } ?? [] }
    }

    /// Whether the rule names any, readable or not.
    static func isPresent(in table: Table) -> Bool { keys.contains { table[$0] != nil } }

    private static func read(_ field: Field, as key: String) -> [Traffic] {
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
    private static func numbered(_ field: Field) -> Traffic? {
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
    private static func icmp(_ field: Field) -> Traffic? {
        guard let text = field.text("echo-request") else { return nil }
        if text == "any" || text == "all" { return .icmp(type: nil, code: nil) }
        if let type = icmpTypes[text] { return .icmp(type: type, code: nil) }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { strictInteger(String($0)) }
        if (1...2).contains(parts.count), let type = parts[0].flatMap({ UInt8(exactly: $0) }) {
            if parts.count == 1 { return .icmp(type: type, code: nil) }
            if let code = parts[1].flatMap({ UInt8(exactly: $0) }) { return .icmp(type: type, code: code) }
        }
        let near = closest(to: text, among: icmpTypes.keys.sorted() + ["any"])
        field.error(
            "`\(ObjectName.shown(text))` is not a kind of ICMP",
            hint: near.map { "did you mean `\($0)`?" } ?? "for example echo-request, any, or 3/4 (type/code)")
        return nil
    }
}
