import CloudModel
import IPAddressing

/// The `security-groups` section.
enum SecurityGroupsReader {
    static let keys = ["description", "ingress", "egress"]

    static func read(_ field: Field?, prefixLists: [PrefixList]) -> [SecurityGroup] {
        let hint = "for example `app: { ingress: [{ tcp: 8080, from: 10.0.0.0/16 }] }`"
        return (field?.nouns(hint) ?? []).compactMap { entry in
            guard
                let table = entry.field.table(
                    of: "the security group `\(ObjectName.shown(entry.name))`", at: entry.origin, keys: keys, hint: hint
                )
            else { return nil }
            _ = table["description"]?.text("what the group is for")
            let ingress =
                table["ingress"].map {
                    SecurityGroupRulesReader(direction: .ingress, prefixLists: prefixLists).read($0)
                } ?? []
            // Nobody has to write the egress rule that AWS puts in every new group.
            let egress = table["egress"].map {
                SecurityGroupRulesReader(direction: .egress, prefixLists: prefixLists).read($0)
            }
            return SecurityGroup(
                name: entry.name, ingress: ingress, egress: egress ?? [.everything], origin: entry.origin)
        }
    }
}
