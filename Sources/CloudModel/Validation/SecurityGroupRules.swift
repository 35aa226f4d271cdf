/// AWS's default quotas.
private let mostGroups = 5
private let mostRules = 60

extension Findings {
    /// Security groups: known everywhere they are named, within AWS's quotas.
    mutating func checkSecurityGroups(of vpc: VPC) {
        let names = vpc.securityGroups.map(\.name)
        let known = Set(names)
        let reachable = lab.peerings(of: vpc).reduce(into: known) { $0.formUnion($1.peer.securityGroups.map(\.name)) }
        for group in vpc.securityGroups {
            for (direction, rules) in [("ingress", group.ingress), ("egress", group.egress)] {
                if rules.count > mostRules {
                    warning(
                        group.origin,
                        "the security group `\(group.name)` has \(rules.count) \(direction) rules; AWS allows "
                            + "\(mostRules) unless asked for more",
                        hint: "use wider ranges, or spread them over several groups", field: direction)
                }
                for rule in rules {
                    if case .securityGroup(let peer) = rule.peer, !reachable.contains(peer) {
                        unknown("security group", peer, among: names, at: rule.origin)
                    }
                }
            }
        }
        let holders =
            vpc.instances.flatMap { instance in instance.interfaces.map { (instance.name, instance.origin, $0) } }
            + vpc.endpoints.flatMap { endpoint in endpoint.interfaces.map { (endpoint.name, endpoint.origin, $0) } }
        for (name, origin, interface) in holders {
            checkGroups(interface.securityGroups, of: name, at: origin, known: known, names: names)
        }
    }

    private mutating func checkGroups(
        _ groups: [String], of name: String, at origin: Origin, known: Set<String>, names: [String]
    ) {
        let field = "security-groups"
        if groups.count > mostGroups {
            warning(
                origin,
                "`\(name)` has \(groups.count) security groups; AWS allows \(mostGroups) for an interface unless asked "
                    + "for more",
                hint: "merge some groups", field: field)
        }
        if groups.isEmpty {
            error(
                origin, "`\(name)` has no security group",
                hint: "an interface always has one, if only the default group", field: field)
        }
        var seen: Set<String> = []
        for group in groups {
            if !known.contains(group) {
                unknown("security group", group, among: names, at: origin, field: field)
            } else if !seen.insert(group).inserted {
                error(origin, "`\(name)` names the security group `\(group)` twice", hint: "remove one", field: field)
            }
        }
    }
}
