import CloudModel
import IPAddressing

extension CloudBuilder {
    /// - Parameter peered: the VPCs whose groups a rule may name, too.
    func securityGroups(of vpc: String, peered: Set<String>) -> [SecurityGroup] {
        inventory[.securityGroups].filter { $0.text("VpcId") == vpc }.compactMap { record in
            guard let name = record.text("GroupId").flatMap(AWSName.of) else {
                record.error("the security group's id is no id of AWS")
                return nil
            }
            return SecurityGroup(
                name: name, ingress: rules(record, "IpPermissions", of: name, peered),
                egress: rules(record, "IpPermissionsEgress", of: name, peered), origin: record.origin)
        }
    }

    private func rules(
        _ group: Record, _ key: String, of name: String, _ peered: Set<String>
    ) -> [SecurityGroupRule] {
        let vpcs = peered.union([group.text("VpcId").flatMap(AWSName.of) ?? ""])
        var rules: [SecurityGroupRule] = []
        var seen: Set<SecurityGroupRule> = []
        for permission in group.records(key) {
            for rule in self.rules(permission, of: name, vpcs) where seen.insert(rule).inserted { rules.append(rule) }
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
        for range in permission.records("IpRanges") {
            if let block = range.block("CidrIp") { peers.append((.cidr(block), nil)) }
        }
        for list in permission.records("PrefixListIds") {
            guard let id = list.text("PrefixListId") else { continue }
            guard let known = prefixLists[id] else {
                list.lost(
                    "a rule of `\(group)` names the prefix list `\(ObjectName.shown(id))`, whose blocks are not known",
                    "it lets nothing through; add what `aws ec2 describe-prefix-lists` prints")
                continue
            }
            peers += known.blocks.map { (.cidr($0), known.name) }
        }
        for pair in permission.records("UserIdGroupPairs") {
            guard let id = pair.text("GroupId") else { continue }
            guard let name = AWSName.of(id), let named = inventory.find(.securityGroups, id) else {
                pair.lost(
                    "a rule of `\(group)` names the group `\(ObjectName.shown(id))`, which is not in the folder",
                    "it matches nobody")
                continue
            }
            // Such a rule stays when a peering has gone: AWS calls it stale.
            guard vpcs.contains(named.text("VpcId").flatMap(AWSName.of) ?? "") else {
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
        for name in named where known.insert(name).inserted {
            ledger.add(
                .warning, vpc.origin, "the security group `\(name)` of `\(vpc.name)` is not described",
                hint: "it lets nothing in and nothing out; add what `aws ec2 describe-security-groups` prints")
            vpc.securityGroups.append(SecurityGroup(name: name, ingress: [], egress: [], origin: vpc.origin))
        }
    }
}
