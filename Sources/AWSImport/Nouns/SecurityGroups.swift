import CloudModel
import IPAddressing

extension CloudBuilder {
    /// - Parameter peered: the VPCs whose groups a rule may name, too.
    func securityGroups(of vpc: String, peered: Set<String>) -> [SecurityGroup] {
        places.all(.securityGroups, in: vpc).compactMap { record in
            guard let id = record.text("GroupId"), let name = AWSName.of(id) else {
                record.error("the security group's id is no id of AWS")
                return nil
            }
            return group(id, name, record, peered)
        }
    }

    /// A group of what describes it as a whole, and of what describes its rules one by one.
    private func group(_ id: String, _ name: String, _ record: Record, _ peered: Set<String>) -> SecurityGroup {
        let vpcs = peered.union([record.text("VpcId").flatMap(AWSName.of) ?? ""])
        return SecurityGroup(
            name: name,
            ingress: rules(record.records("IpPermissions") + places.rules(of: id, egress: false), of: name, vpcs),
            egress: rules(record.records("IpPermissionsEgress") + places.rules(of: id, egress: true), of: name, vpcs),
            origin: record.origin)
    }

    private func rules(_ permissions: [Record], of name: String, _ vpcs: Set<String>) -> [SecurityGroupRule] {
        var rules: [SecurityGroupRule] = []
        var seen: Set<RuleKey> = []
        for permission in permissions {
            for rule in self.rules(permission, of: name, vpcs) where seen.insert(RuleKey(rule)).inserted {
                rules.append(rule)
            }
        }
        return rules
    }

    private func rules(_ permission: Record, of group: String, _ vpcs: Set<String>) -> [SecurityGroupRule] {
        guard let name = permission.need("IpProtocol", "a rule of `\(group)`") else { return [] }
        let hasIPv6 = !permission.records("Ipv6Ranges").isEmpty
        if hasIPv6 {
            permission.lost(
                "`\(group)` has rules for IPv6 blocks", "the lab is IPv4 only: they are missing")
        }
        if Traffic.icmpV6.contains(name.lowercased()) {
            if !hasIPv6 { permission.lost("`\(group)` has a rule for ICMPv6", "the lab is IPv4 only: it is missing") }
            return []
        }
        guard
            let traffic = Traffic.described(
                name, from: permission.integer("FromPort"), to: permission.integer("ToPort"))
        else {
            permission.lost(
                "a rule of `\(group)` has a protocol or ports that are none: \(ObjectName.shown(name))",
                "it lets nothing through")
            return []
        }
        return peers(permission, of: group, vpcs).map {
            SecurityGroupRule(traffic: traffic, peer: $0.peer, prefixList: $0.list, origin: permission.origin)
        }
    }

    private func peers(
        _ permission: Record, of group: String, _ vpcs: Set<String>
    ) -> [(peer: SecurityGroupRule.Peer, list: String?)] {
        var peers: [(peer: SecurityGroupRule.Peer, list: String?)] = []
        let what = "a range of a rule of `\(group)`"
        for range in permission.records("IpRanges") {
            guard range.need("CidrIp", what) != nil else { continue }
            if let block = range.block("CidrIp") { peers.append((.cidr(block), nil)) }
        }
        for list in permission.records("PrefixListIds") {
            guard let id = list.need("PrefixListId", what) else { continue }
            guard let known = prefixLists[id] else {
                list.lost(
                    "a rule of `\(group)` names the prefix list `\(ObjectName.shown(id))`, whose blocks are not known",
                    "it lets nothing through; add what `aws ec2 describe-prefix-lists` prints")
                continue
            }
            peers += known.blocks.map { (.cidr($0), known.name) }
        }
        for pair in permission.records("UserIdGroupPairs") {
            guard let id = pair.text("GroupId") else {
                pair.lost(
                    "a rule of `\(group)` names a group without its id "
                        + "(\(ObjectName.shown(pair.text("GroupName") ?? "nor its name")))", "it matches nobody")
                continue
            }
            let named = inventory.find(.securityGroups, id)
            guard let name = AWSName.of(id), named != nil || places.hasRules(id) else {
                pair.lost(
                    "a rule of `\(group)` names the group `\(ObjectName.shown(id))`, which is not in the folder",
                    "it matches nobody")
                continue
            }
            // Such a rule stays when a peering has gone: AWS calls it stale.
            guard named.map({ vpcs.contains($0.text("VpcId").flatMap(AWSName.of) ?? "") }) ?? true else {
                pair.lost(
                    "a rule of `\(group)` names the group `\(ObjectName.shown(id))` of a VPC that is not peered with its own",
                    "it matches nobody")
                continue
            }
            peers.append((.securityGroup(name), nil))
        }
        return peers
    }

    /// Groups that interfaces name and no file describes: they let nothing through, either way.
    func addMissingGroups(to vpc: inout VPC) {
        var known = Set(vpc.securityGroups.map(\.name))
        let interfaces =
            vpc.instances.flatMap { [$0.interface] + $0.secondaryInterfaces } + vpc.endpoints.flatMap(\.interfaces)
        let named = interfaces.flatMap(\.securityGroups) + vpc.loadBalancers.flatMap(\.securityGroups)
        // What is in use here may be named here, wherever it was made.
        let makers = named.compactMap { places.groupID($0).flatMap { inventory.find(.securityGroups, $0) } }
            .compactMap { $0.text("VpcId").flatMap(AWSName.of) }
        for name in named where known.insert(name).inserted {
            vpc.securityGroups.append(missing(name, of: vpc, Set(makers + [vpc.name])))
        }
    }

    /// A rule may name a group that is described by its rules alone, and borne by nothing here: whose VPC it is in, and
    /// whether there is anybody, no file says.
    func dropUnknownGroups(of lab: inout Lab) {
        let groups = Dictionary(
            lab.vpcs.map { ($0.name, Set($0.securityGroups.map(\.name))) }, uniquingKeysWith: { first, _ in first })
        for vpc in lab.vpcs.indices {
            let peers = lab.peerings.compactMap { $0.peer(of: lab.vpcs[vpc].name) }
            let known = ([lab.vpcs[vpc].name] + peers).compactMap { groups[$0] }
            for group in lab.vpcs[vpc].securityGroups.indices {
                drop(from: &lab.vpcs[vpc].securityGroups[group].ingress, known)
                drop(from: &lab.vpcs[vpc].securityGroups[group].egress, known)
            }
        }
    }

    private func drop(from rules: inout [SecurityGroupRule], _ known: [Set<String>]) {
        rules.removeAll { rule in
            guard case .securityGroup(let name) = rule.peer, !known.contains(where: { $0.contains(name) }) else {
                return false
            }
            ledger.add(
                .warning, rule.origin,
                "a rule names the group `\(name)`, which nothing bears here and only its own rules describe",
                hint: "it matches nobody; add what `aws ec2 describe-security-groups` prints")
            return true
        }
    }

    private func missing(_ name: String, of vpc: VPC, _ vpcs: Set<String>) -> SecurityGroup {
        // A group may be associated with a second VPC, where it has the same rules.
        if let id = places.groupID(name), let record = inventory.find(.securityGroups, id) {
            return group(id, name, record, vpcs)
        }
        if let id = places.groupID(name), places.hasRules(id) {
            return SecurityGroup(
                name: name, ingress: rules(places.rules(of: id, egress: false), of: name, vpcs),
                egress: rules(places.rules(of: id, egress: true), of: name, vpcs), origin: vpc.origin)
        }
        ledger.add(
            .warning, vpc.origin, "the security group `\(name)` of `\(vpc.name)` is not described",
            hint: "it lets nothing in and nothing out; add what `aws ec2 describe-security-groups` prints")
        return SecurityGroup(name: name, ingress: [], egress: [], origin: vpc.origin)
    }
}

/// What a rule says, wherever it stands: the same rule is described by its group and by itself.
private struct RuleKey: Hashable {
    let traffic: Traffic
    let peer: SecurityGroupRule.Peer
    let prefixList: String?

    init(_ rule: SecurityGroupRule) {
        traffic = rule.traffic
        peer = rule.peer
        prefixList = rule.prefixList
    }
}
