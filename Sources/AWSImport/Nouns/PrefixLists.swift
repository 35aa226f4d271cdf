import CloudModel
import IPAddressing

extension CloudBuilder {
    static func prefixLists(_ inventory: Inventory) -> [String: PrefixList] {
        var lists: [String: PrefixList] = [:]
        for record in inventory[.prefixLists] {
            guard let id = record.text("PrefixListId"), let name = AWSName.of(id) else {
                record.error("the prefix list's id is no id of AWS")
                continue
            }
            let entries = inventory.find(.prefixListEntries, id)?.records("Entries") ?? []
            guard record.has("Cidrs") || inventory.find(.prefixListEntries, id) != nil else {
                record.lost(
                    "the prefix list `\(name)` is described without its blocks",
                    "routes and rules that name it are missing; add ManagedPrefixListEntries for it")
                continue
            }
            let texts = record.texts("Cidrs") + entries.compactMap { $0.text("Cidr") }
            let isIPv6 = texts.contains { $0.contains(":") }
            if isIPv6 {
                record.lost(
                    "the prefix list `\(name)` holds IPv6 blocks",
                    "the lab is IPv4 only: routes and rules that name it do nothing for these")
            }
            let blocks = texts.filter { !$0.contains(":") }.compactMap { text -> CIDRBlock? in
                if let block = CIDRBlock(text) { return block }
                record.error("`\(ObjectName.shown(text))` is not an IPv4 block")
                return nil
            }
            var seen: Set<CIDRBlock> = []
            lists[id] = PrefixList(
                name: name, service: AWSName.printable(record.text("PrefixListName") ?? ""),
                blocks: blocks.filter { seen.insert($0).inserted },
                origin: record.origin)
        }
        return lists
    }
}
