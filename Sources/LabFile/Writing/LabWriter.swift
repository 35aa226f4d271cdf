public import CloudModel
import IPAddressing

extension LabFile {
    /// A lab as a file that `read` makes the same lab of.
    public static func write(_ lab: Lab) -> String {
        var writer = LabWriter()
        writer.write(lab)
        return writer.lines.joined(separator: "\n") + "\n"
    }
}

/// Puts a lab into lines. Each section has an extension of its own.
struct LabWriter {
    private(set) var lines: [String] = []
    /// Of each prefix list.
    private(set) var blocks: [String: [CIDRBlock]] = [:]

    mutating func add(_ depth: Int, _ text: String) {
        lines.append(String(repeating: "  ", count: depth) + text)
    }

    /// A section of named objects, one a line; nothing if there are none.
    mutating func section(_ depth: Int, _ key: String, _ entries: [(name: String, text: String)]) {
        guard !entries.isEmpty else { return }
        add(depth, "\(key):")
        for entry in entries { add(depth + 1, "\(YAMLText.quoted(entry.name)): \(entry.text)") }
    }

    mutating func write(_ lab: Lab) {
        for list in lab.prefixLists { blocks[list.name] = list.blocks }
        add(0, "lab: \(YAMLText.quoted(lab.name))")
        if !lab.title.isEmpty { add(0, "title: \(YAMLText.quoted(lab.title))") }
        let pools = lab.internet.pools.map(\.description)
        if pools != [CIDRBlock.documentationPool.description] {
            add(0, "public-pool: \(pools.count == 1 ? pools[0] : YAMLText.list(pools))")
        }
        section(0, "prefix-lists", lab.prefixLists.map { ($0.name, Self.text($0)) })
        if lab.vpcs.count == 1, let vpc = lab.vpcs.first {
            add(0, "vpc: \(YAMLText.mapping([("name", YAMLText.quoted(vpc.name))] + Self.block(of: vpc)))")
            sections(of: vpc, depth: 0)
        } else {
            add(0, "vpcs:")
            for vpc in lab.vpcs {
                add(1, "\(YAMLText.quoted(vpc.name)):")
                for pair in Self.block(of: vpc) { if let value = pair.value { add(2, "\(pair.key): \(value)") } }
                sections(of: vpc, depth: 2)
            }
        }
        section(
            0, "peerings",
            lab.peerings.map {
                let ends = YAMLText.list([$0.requester, $0.accepter].map(YAMLText.quoted))
                return ($0.name, YAMLText.mapping([("between", ends)]))
            })
        transitGateways(lab.transitGateways)
        section(0, "internet", lab.internet.hosts.map { ($0.name, Self.text($0)) })
        if let programs = Self.names(lab.programs) { add(0, "programs: \(programs)") }
        checks(lab.checks)
    }

    private static func text(_ list: PrefixList) -> String {
        YAMLText.mapping([
            ("service", list.service.isEmpty ? nil : YAMLText.quoted(list.service)),
            ("blocks", YAMLText.list(list.blocks.map(\.description))),
        ])
    }

    private static func block(of vpc: VPC) -> [(key: String, value: String?)] {
        [
            ("cidr", YAMLText.list(vpc.cidrBlocks.map(\.description))),
            ("zones", YAMLText.list(vpc.zones.map(YAMLText.quoted))),
            ("account", vpc.account.isEmpty ? nil : YAMLText.quoted(vpc.account)),
            ("region", vpc.region.isEmpty ? nil : YAMLText.quoted(vpc.region)),
        ]
    }

    private static func text(_ host: InternetHost) -> String {
        YAMLText.mapping([
            ("address", "\(host.address)"),
            ("names", names(host.dnsNames)), ("serves", listeners(host.listeners)),
        ])
    }

    /// `[a, b]`, or nothing.
    static func names(_ names: [String]) -> String? {
        names.isEmpty ? nil : YAMLText.list(names.map(YAMLText.quoted))
    }

    static func listeners(_ listeners: [Listener]) -> String? {
        listeners.isEmpty ? nil : YAMLText.list(listeners.map { "{ \($0.kind.rawValue): \($0.port) }" })
    }
}
