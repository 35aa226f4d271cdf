/// AWS's default quotas.
private let mostGroups = 5
private let mostRules = 60

extension Findings {
    /// Security groups: known everywhere they are named, within AWS's quotas.
    mutating func checkSecurityGroups(of vpc: VPC) {
        let names = vpc.securityGroups.map(\.name)
        let known = Set(names)
        for group in vpc.securityGroups {
            for (direction, rules) in [("ingress", group.ingress), ("egress", group.egress)] {
                if rules.count > mostRules {
                    error(
                        group.origin,
                        "the security group `\(group.name)` has \(rules.count) \(direction) rules; AWS allows \(mostRules)",
                        hint: "use wider ranges, or spread them over several groups", field: direction)
                }
                for rule in rules {
                    if case .securityGroup(let peer) = rule.peer, !known.contains(peer) {
                        unknown("security group", peer, among: names, at: rule.origin)
                    }
                }
            }
        }
        for instance in vpc.instances {
            let groups = instance.interface.securityGroups
            if groups.count > mostGroups {
                error(
                    instance.origin,
                    "`\(instance.name)` has \(groups.count) security groups; AWS allows \(mostGroups) for an interface",
                    hint: "merge some groups", field: "security-groups")
            }
            if groups.isEmpty {
                error(
                    instance.origin, "`\(instance.name)` has no security group",
                    hint: "an interface always has one, if only the default group", field: "security-groups")
            }
            var seen: Set<String> = []
            for group in groups {
                if !known.contains(group) {
                    unknown("security group", group, among: names, at: instance.origin, field: "security-groups")
                } else if !seen.insert(group).inserted {
                    error(
                        instance.origin, "`\(instance.name)` names the security group `\(group)` twice",
                        hint: "remove one", field: "security-groups")
                }
            }
        }
    }
}
