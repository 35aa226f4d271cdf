import CloudModel
import IPAddressing
import KernelObjects

/// Security groups as two independent gates in the router's forward path: the sender's egress, the receiver's ingress.
///
/// Each gate is a base chain of its own. `accept` ends one gate only, so a packet must pass both; replies of a flow
/// that passed both are known to connection tracking and pass each.
struct SecurityGroupRules {
    let vpc: VPC
    let ports: [RouterNode.Port]

    private enum Direction: String {
        case ingress, egress

        var suffix: String { self == .ingress ? "in" : "out" }
    }

    private var guarded: [RouterNode.Port] { ports.filter(\.hasSecurityGroups) }

    /// The two gates.
    var gates: [NftChain] {
        [
            gate(.egress, priority: 0, field: .inputInterface), gate(.ingress, priority: 10, field: .outputInterface),
        ]
    }

    private func gate(_ direction: Direction, priority: Int32, field: NftStatement.Field) -> NftChain {
        NftChain(
            "sg_\(direction.rawValue)", base: .init(.filter, .forward, priority: priority),
            rules: [
                NftRule([.established, .verdict(.accept)]),
                NftRule([.verdictMap([field], "\(direction.rawValue)_of")]),
            ])
    }

    /// Who belongs to a group, and which chain guards an interface.
    var sets: [NftSet] {
        let members = referencedGroups.map { name in
            NftSet(
                Self.memberSet(name), key: [.address],
                elements: guarded.filter { $0.securityGroups.contains { $0.name == name } }.map {
                    .init([.address($0.address)])
                })
        }
        let dispatch = [Direction.egress, .ingress].map { direction in
            NftSet(
                "\(direction.rawValue)_of", key: [.interface], data: .verdict,
                elements: guarded.map {
                    .init([.interface($0.device.name)], .verdict(.goto("\(direction.rawValue)-\($0.name)")))
                })
        }
        return members + dispatch
    }

    /// One chain per group and direction, one per interface and direction.
    var chains: [NftChain] {
        let groups = vpc.securityGroups.flatMap { group in
            [
                chain(of: group, .egress, group.egress), chain(of: group, .ingress, group.ingress),
            ]
        }
        let interfaces = guarded.flatMap { port in
            [guardChain(of: port, .egress), guardChain(of: port, .ingress)]
        }
        return groups + interfaces
    }

    private func guardChain(of port: RouterNode.Port, _ direction: Direction) -> NftChain {
        let names = port.securityGroups.map(\.name)
        let jumps = names.map { NftRule([.verdict(.jump("sg-\($0)-\(direction.suffix)"))]) }
        return NftChain(
            "\(direction.rawValue)-\(port.name)",
            rules: jumps + [.drop(owner: Self.owner(names, direction))])
    }

    /// `sg web+admin ingress`; of many long names, as many as a rule's comment has room for.
    private static func owner(_ names: [String], _ direction: Direction) -> String {
        let whole = "sg \(names.joined(separator: "+")) \(direction.rawValue)"
        guard whole.utf8.count > NftRule.ownerLimit else { return whole }
        for shown in (1..<names.count).reversed() {
            let some = names.prefix(shown).joined(separator: "+")
            let text = "sg \(some)+\(names.count - shown) more \(direction.rawValue)"
            if text.utf8.count <= NftRule.ownerLimit { return text }
        }
        return "sg \(direction.rawValue)"
    }

    private func chain(of group: SecurityGroup, _ direction: Direction, _ rules: [SecurityGroupRule]) -> NftChain {
        NftChain(
            "sg-\(group.name)-\(direction.suffix)",
            rules: rules.enumerated().map { index, rule in
                NftRule(
                    peer(rule.peer, direction) + traffic(rule.traffic) + [.counter, .verdict(.accept)],
                    owner: "sg \(group.name) \(direction.rawValue)[\(index)]")
            })
    }

    private func peer(_ peer: SecurityGroupRule.Peer, _ direction: Direction) -> [NftStatement] {
        let field: NftStatement.AddressField = direction == .ingress ? .source : .destination
        switch peer {
        case .cidr(.everywhere): return []
        case .cidr(let block): return [.address(field, block)]
        case .securityGroup(let name): return [.inSet([field.field], Self.memberSet(name))]
        }
    }

    private func traffic(_ traffic: Traffic) -> [NftStatement] {
        switch traffic {
        case .all: []
        case .tcp(let ports): ports == 0...65535 ? [.ipProtocol(6)] : [.destinationPort(.tcp, ports)]
        case .udp(let ports): ports == 0...65535 ? [.ipProtocol(17)] : [.destinationPort(.udp, ports)]
        case .icmp(let type, let code): [.icmp(type: type, code: code)]
        case .protocolNumber(let number): [.ipProtocol(number)]
        }
    }

    private var referencedGroups: [String] {
        let rules = vpc.securityGroups.flatMap { $0.ingress + $0.egress }
        let names = rules.compactMap { rule in
            if case .securityGroup(let name) = rule.peer { name } else { nil }
        }
        return Set(names).sorted()
    }

    private static func memberSet(_ group: String) -> String { "sg_\(group)" }
}
