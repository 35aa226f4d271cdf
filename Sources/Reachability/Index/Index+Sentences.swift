import CloudModel
import IPAddressing

// Sentences that need more than one word about rules.
extension ReachabilityIndex {
    func groupSentence(
        _ number: Int, _ set: RuleSet, _ header: PacketHeader, _ code: ExplanationCode, egress: Bool
    ) -> String {
        let names = set.groups.map { groups[$0].model.name }.joined(separator: ", ")
        let what = names.isEmpty ? "no security group" : "security group \(names)"
        let way = egress ? "out to" : "in from"
        let remote = egress ? header.destination : header.source
        let name = interfaces[number].ownerName
        switch code {
        case .sgHasNoRules where names.isEmpty: return "\(name) has no security group, so nothing comes in or goes out"
        case .sgHasNoRules:
            return
                "\(what) of \(name) has no \(egress ? "egress" : "ingress") rule: it lets nothing \(egress ? "out" : "in")"
        case .sgReferencesNotPreserved:
            return "\(what) of \(name) names the sender's group, but on this way the packet comes from \(remote) and "
                + "nobody knows its group"
        case .unknownPeeredSGs: return "\(what) of \(name) names a group that does not exist"
        default: return "\(what) of \(name) has no rule that lets \(header.what) \(way) \(remote)"
        }
    }

    func aclSentence(
        _ number: Int, _ header: PacketHeader, _ decision: IndexedACL.Decision, egress: Bool
    ) -> String {
        let subnet = subnets[number]
        let line = decision.rule.map { "rule \($0.number)" } ?? "its last rule *"
        let way = egress ? "out of" : "into"
        var what = header.what
        if header.hasPorts && decision.ports != header.destinationPorts {
            what += " (of which ports \(decision.ports.lowerBound)-\(decision.ports.upperBound) are refused)"
        }
        return "network ACL \(subnet.acl.model.name) refuses \(what) \(way) subnet \(subnet.model.name) by \(line); it "
            + "remembers no flows, so answers need rules of their own"
    }

    func deadRouteSentence(_ entry: IndexedRoutes.Entry, in table: RouteTable) -> String {
        let target = entry.route?.target.name ?? "nothing"
        let why = target == "blackhole" ? "is a blackhole" : "leads to \(target), which is gone"
        return "the route to \(entry.block) in table \(table.name) \(why)"
    }
}

extension PacketHeader {
    /// `tcp 443`, `udp 1024-65535`, `echo request`: what rules are about, without addresses.
    var what: String {
        if hasPorts {
            let ports = destinationPorts
            let text = ports.count == 1 ? "\(ports.lowerBound)" : "\(ports.lowerBound)-\(ports.upperBound)"
            return "\(IPProtocol.name(protocolNumber)) \(text)"
        }
        if protocolNumber != IPProtocol.icmp { return "protocol \(protocolNumber)" }
        return icmpType == 8 ? "echo request" : icmpType == 0 ? "echo reply" : "icmp \(icmpType)/\(icmpCode)"
    }
}
