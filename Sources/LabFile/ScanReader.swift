import CloudModel
import IPAddressing

/// A port scan: one part, or a list of parts with their own hosts and ports.
enum ScanReader {
    static let keys = ["hosts", "tcp", "udp", "ping"]

    static func read(_ field: Field) -> Probe? {
        let parts = field.items()
        if parts.isEmpty { field.error("this scan has no part", hint: "for example { hosts: [nat-a], tcp: common }") }
        let targets = parts.compactMap(target)
        return targets.count == parts.count && !parts.isEmpty ? .scan(targets) : nil
    }

    private static func target(_ field: Field) -> ScanTarget? {
        let hint = "for example { hosts: [nat-a], tcp: 1-65535, udp: common, ping: true }"
        guard let table = field.table(of: "a scan", keys: keys, hint: hint) else { return nil }
        let tcp = table["tcp"].map { Ports.read($0, common: CommonPorts.tcp) } ?? []
        let udp = table["udp"].map { Ports.read($0, common: CommonPorts.udp) } ?? []
        let ping = table["ping"].map { $0.boolean() } ?? false
        guard let hosts = table.need("hosts", example: "[nat-a, 203.0.113.0/24]") else { return nil }
        let items = hosts.items()
        if items.isEmpty { hosts.error("`hosts` is empty", hint: "name nodes, addresses or CIDR blocks") }
        if table["tcp"] == nil, table["udp"] == nil, table["ping"] == nil {
            table.error("this scan names no port", hint: "add `tcp: common`, `udp: common` or `ping: true`")
            return nil
        }
        let names = items.compactMap { item -> String? in
            guard let text = item.text("nat-a") else { return nil }
            return text.contains("/") ? item.block(from: text, example: "203.0.113.0/24")?.description : text
        }
        guard let ping, names.count == items.count, !items.isEmpty else { return nil }
        return ScanTarget(hosts: names, tcp: tcp, udp: udp, ping: ping)
    }
}
