import CloudModel
import IPAddressing

extension LabWriter {
    static func text(_ group: SecurityGroup) -> String {
        YAMLText.mapping([
            ("ingress", rules(group.ingress, "from")),
            ("egress", group.egress == [.everything] ? nil : rules(group.egress, "to")),
        ])
    }

    private static func rules(_ rules: [SecurityGroupRule], _ peerKey: String) -> String {
        var lists: Set<[String]> = []
        return YAMLText.list(
            rules.compactMap { rule in
                let traffic = traffic(rule.traffic)
                let peer: String
                switch rule.peer {
                case .cidr(let block): peer = rule.prefixList.map(YAMLText.quoted) ?? block.description
                case .securityGroup(let name): peer = YAMLText.quoted(name)
                }
                // A rule that names a prefix list stands once, for all its blocks.
                if let list = rule.prefixList,
                    !lists.insert([list, traffic.key, traffic.value ?? ""]).inserted
                {
                    return nil
                }
                return YAMLText.mapping([traffic, (peerKey, peer)])
            })
    }

    static func text(_ list: NetworkACL) -> String {
        YAMLText.mapping([
            ("default", list.isDefault ? "true" : nil), ("ingress", rules(list.ingress, "from")),
            ("egress", rules(list.egress, "to")),
        ])
    }

    private static func rules(_ rules: [NetworkACLRule], _ peerKey: String) -> String {
        YAMLText.list(
            rules.map {
                YAMLText.mapping([
                    ("rule", "\($0.number)"), ($0.action.rawValue, ""), traffic($0.traffic),
                    (peerKey, $0.block.description),
                ])
            })
    }

    private static func traffic(_ traffic: Traffic) -> (key: String, value: String?) {
        switch traffic {
        case .all: ("all", "true")
        case .tcp(let ports): ("tcp", text(ports))
        case .udp(let ports): ("udp", text(ports))
        case .icmp(nil, _): ("icmp", "any")
        case .icmp(let type?, nil): ("icmp", "\(type)")
        case .icmp(let type?, let code?): ("icmp", "\(type)/\(code)")
        case .protocolNumber(let number): ("protocol", "\(number)")
        }
    }

    static func text(_ ports: ClosedRange<UInt16>) -> String {
        if ports == 1...UInt16.max { return "all" }
        return ports.count == 1 ? "\(ports.lowerBound)" : "\(ports.lowerBound)-\(ports.upperBound)"
    }
}
