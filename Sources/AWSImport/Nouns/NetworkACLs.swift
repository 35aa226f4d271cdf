import CloudModel
import IPAddressing

extension CloudBuilder {
    func networkACLs(of vpc: String) -> [NetworkACL] {
        places.all(.networkACLs, in: vpc).compactMap { record in
            guard let name = record.text("NetworkAclId").flatMap(AWSName.of) else {
                record.error("the network ACL's id is no id of AWS")
                return nil
            }
            var list = NetworkACL(name: name, isDefault: record.flag("IsDefault") ?? false, origin: record.origin)
            for entry in record.records("Entries") {
                guard let isEgress = entry.flag("Egress") else {
                    if !entry.has("Egress") { entry.error("a line of `\(name)` has no `Egress`") }
                    continue
                }
                guard let rule = rule(entry, of: name) else { continue }
                if isEgress { list.egress.append(rule) } else { list.ingress.append(rule) }
            }
            list.ingress.sort { $0.number < $1.number }
            list.egress.sort { $0.number < $1.number }
            return list
        }
    }

    /// One numbered line; none for AWS's own last one, `*`.
    private func rule(_ entry: Record, of list: String) -> NetworkACLRule? {
        guard let number = entry.integer("RuleNumber") else {
            entry.error("a line of `\(list)` has no `RuleNumber`")
            return nil
        }
        // 32,768 is the last line for IPv6.
        guard number != 32_767, number != 32_768 else { return nil }
        if let block = entry.text("Ipv6CidrBlock"), !entry.has("CidrBlock") {
            entry.lost(
                "line \(number) of `\(list)` is for the IPv6 block \(ObjectName.shown(block))",
                "the lab is IPv4 only: it is missing")
            return nil
        }
        guard let action = entry.text("RuleAction").flatMap(NetworkACLRule.Action.init(rawValue:)) else {
            entry.error("line \(number) of `\(list)` neither allows nor denies")
            return nil
        }
        let line = "line \(number) of `\(list)`"
        guard let name = entry.need("Protocol", line), entry.need("CidrBlock", line) != nil,
            let block = entry.block("CidrBlock")
        else { return nil }
        guard !Traffic.icmpV6.contains(name) else {
            entry.lost("\(line) is for ICMPv6", "the lab is IPv4 only: it is missing")
            return nil
        }
        let ports = entry.record("PortRange")
        let icmp = entry.record("IcmpTypeCode")
        guard
            let traffic = Traffic.described(
                name, from: icmp.map { $0.integer("Type") } ?? ports?.integer("From"),
                to: icmp.map { $0.integer("Type") == -1 ? -1 : $0.integer("Code") } ?? ports?.integer("To"))
        else {
            entry.lost(
                "\(line) has a protocol or ports that the lab cannot match: \(ObjectName.shown(name))",
                "it is missing, and the lines after it decide")
            return nil
        }
        return NetworkACLRule(number: number, action: action, traffic: traffic, block: block, origin: entry.origin)
    }
}
