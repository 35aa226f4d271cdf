import CloudModel
import Yams

/// What stands beside the VPCs and is named inside them: prefix lists, peering connections, transit gateways.
struct Connections {
    let prefixLists: [PrefixList]
    /// The names in the file, whether their objects could be read or not.
    let peerings: Set<String>
    let transitGateways: Set<String>

    static let sections = ["prefix-lists", "peerings", "transit-gateways"]

    init(_ table: Table) {
        prefixLists = PrefixListsReader.read(table["prefix-lists"])
        peerings = Self.names(table["peerings"])
        transitGateways = Self.names(table["transit-gateways"])
    }

    /// The keys of a section.
    static func names(_ field: Field?) -> Set<String> {
        // An empty `Node.Mapping` would have Yams compile the regular expressions of its default resolver: 2 ms.
        guard let mapping = field?.node.mapping else { return [] }
        return Set(mapping.compactMap { $0.key.scalar?.string })
    }
}

/// The `prefix-lists` section: `pl-s3: [198.51.100.96/27]`, or with the service it stands for.
enum PrefixListsReader {
    static let keys = ["service", "blocks"]

    static func read(_ field: Field?) -> [PrefixList] {
        let hint = "for example `pl-s3: [198.51.100.96/27]`"
        return (field?.nouns(hint) ?? []).compactMap { entry in
            var list = PrefixList(name: entry.name, origin: entry.origin)
            if !entry.field.isMapping {
                if entry.field.isNull { entry.field.wrongType("a list of blocks", hint: hint) }
                list.blocks = entry.field.items().compactMap { $0.block("198.51.100.96/27") }
                return list
            }
            let what = "the prefix list `\(ObjectName.shown(entry.name))`"
            guard let table = entry.field.table(of: what, at: entry.origin, keys: keys, hint: hint) else { return nil }
            list.service = table["service"]?.text("com.amazonaws.us-east-1.s3") ?? ""
            list.blocks =
                table.need("blocks", example: "[198.51.100.96/27]")?.items().compactMap {
                    $0.block("198.51.100.96/27")
                } ?? []
            return list
        }
    }
}

/// The `peerings` section: `a-b: { between: [a, b] }`.
enum PeeringsReader {
    static let keys = ["between"]

    static func read(_ field: Field?) -> [VPCPeering] {
        let hint = "for example `a-b: { between: [a, b] }`"
        return (field?.nouns(hint) ?? []).compactMap { entry in
            guard
                let table = entry.field.table(
                    of: "the peering `\(ObjectName.shown(entry.name))`", at: entry.origin, keys: keys, hint: hint),
                let ends = table.need("between", example: "[a, b]")
            else { return nil }
            let names = ends.items().compactMap { $0.text("a") }
            guard names.count == 2 else {
                ends.error("a peering connection is between two VPCs, and this names \(names.count)", hint: hint)
                return nil
            }
            return VPCPeering(name: entry.name, requester: names[0], accepter: names[1], origin: entry.origin)
        }
    }
}
