import IPAddressing

/// AWS's default quota, each direction.
private let mostRules = 20

extension Findings {
    /// Network ACLs: one default, numbers from 1 to 32766 that stand once, within AWS's quota.
    mutating func checkNetworkACLs(of vpc: VPC) {
        let defaults = vpc.networkACLs.filter(\.isDefault)
        for list in defaults.dropFirst() {
            error(
                list.origin, "a VPC has one default network ACL, and `\(defaults[0].name)` already is",
                hint: "remove `default: true` from one of them", field: "default")
        }
        for list in vpc.networkACLs {
            check(list.ingress, "ingress", of: list)
            check(list.egress, "egress", of: list)
        }
    }

    private mutating func check(_ rules: [NetworkACLRule], _ direction: String, of list: NetworkACL) {
        if rules.count > mostRules {
            warning(
                list.origin,
                "the network ACL `\(list.name)` has \(rules.count) \(direction) rules; AWS allows \(mostRules) "
                    + "unless asked for more",
                hint: "use wider blocks and port ranges", field: direction)
        }
        var seen: Set<Int> = []
        for rule in rules {
            if !(1...32_766).contains(rule.number) {
                error(
                    rule.origin, "the rule number \(rule.number) is out of range",
                    hint: "a rule number is from 1 to 32766; 32767 is AWS's own `*`", field: "rule")
            }
            if !seen.insert(rule.number).inserted {
                error(
                    rule.origin,
                    "the network ACL `\(list.name)` already has an \(direction) rule with the number \(rule.number)",
                    hint: "the lowest number that matches decides, so each stands once", field: "rule")
            }
        }
    }
}
