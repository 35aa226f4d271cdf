import CloudModel
import IPAddressing

// Security groups and network ACLs.
extension Walker {
    /// `nil` if the groups of the interface let the packet through.
    mutating func passGroups(_ number: Int, egress: Bool) -> Verdict? {
        guard let set = index.interfaces[number].rules else { return nil }
        if isReply && memory.isAnswer(packet, at: number) {
            log.add(index.groupHop(number, nil, .tracked(isEgress: egress)))
            return nil
        }
        let rules = index.ruleSets[set].rules(egress: egress)
        let remote = egress ? packet.destination : packet.source
        guard
            let rule = rules.first(where: {
                $0.traffic.coverage(of: packet) == .whole && admits($0.peer, remote, egress: egress)
            })
        else { return refuseByGroups(number, index.ruleSets[set], egress: egress) }
        memory.track(packet, at: number)
        log.add(index.groupHop(number, rule, index.hopRule(rule, egress: egress)))
        return nil
    }

    /// A group stands for the private addresses of its interfaces; on some ways nobody knows the sender's group. What a
    /// network load balancer hands on with its client's address belongs to the balancer's groups as well [NLB security
    /// groups].
    private func admits(_ peer: RuleSet.Peer, _ remote: IPv4Address, egress: Bool) -> Bool {
        switch peer {
        case .block(let base, let mask): return remote.number & mask == base
        case .group(let group, let vpc):
            if !egress, let balancer, index.interfaces[balancer].groups.contains(group) { return true }
            if !egress, hasLostGroups { return false }
            guard let interface = index.vpcs[vpc].interfaces[remote] else { return false }
            return index.interfaces[interface].groups.contains(group)
        case .outside: return false
        }
    }

    private func refuseByGroups(_ number: Int, _ set: RuleSet, egress: Bool) -> Verdict {
        let rules = set.rules(egress: egress)
        let code = rules.isEmpty ? ExplanationCode.sgHasNoRules : lostReference(rules, egress) ?? .eniSGRulesMismatch
        return refuse(
            code, egress ? .deniedOut : .deniedIn, index.groupHop(number, nil, nil),
            index.groupSentence(number, set, packet, code, egress: egress))
    }

    /// Whether a rule that names the sender's own group would have let it in, had the group been known here.
    private func lostReference(_ rules: [RuleSet.Rule], _ egress: Bool) -> ExplanationCode? {
        guard !egress else { return nil }
        for rule in rules where rule.traffic.coverage(of: packet) == .whole {
            switch rule.peer {
            case .block: continue
            case .outside(nil): return .unknownPeeredSGs
            case .outside(.some(let group)), .group(let group, _):
                if let sender, index.interfaces[sender].groups.contains(group) { return .sgReferencesNotPreserved }
            }
        }
        return nil
    }

    /// `nil` if the subnet's ACL lets the packet through.
    func passACL(of number: Int, egress: Bool) -> Verdict? {
        let acl = index.subnets[number].acl
        let decision = acl.decision(on: packet, egress: egress)
        guard decision.isAllowed else {
            return refuse(
                .subnetACLRestriction, egress ? .deniedOut : .deniedIn,
                index.aclHop(number, .acl(decision.rule, isEgress: egress)),
                index.aclSentence(number, packet, decision, egress: egress))
        }
        log.add(index.aclHop(number, .acl(decision.rule, isEgress: egress)))
        return nil
    }
}
