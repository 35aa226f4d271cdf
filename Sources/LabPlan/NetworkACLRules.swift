import CloudModel
import IPAddressing
import KernelObjects

/// Network ACLs as chains: one for each list and direction, its rules in the order of their numbers.
///
/// Stateless: egress is asked before connection tracking, ingress by matches that do not look at it. A chain returns
/// what the list allows and drops the rest.
struct NetworkACLRules {
    let vpc: VPC

    enum Direction: String {
        case ingress, egress

        var suffix: String { self == .ingress ? "in" : "out" }
    }

    /// Those that some subnet uses; a list that guards nothing needs no chain.
    private var lists: [NetworkACL] {
        var seen: Set<String> = []
        return vpc.subnets.map(vpc.networkACL(of:)).filter { seen.insert($0.name).inserted }
    }

    var chains: [NftChain] {
        lists.flatMap { list in
            [chain(list, .ingress, list.ingress), chain(list, .egress, list.egress)]
        }
    }

    func chainName(of subnet: Subnet, _ direction: Direction) -> String {
        Self.chainName(vpc.networkACL(of: subnet), direction)
    }

    private static func chainName(_ list: NetworkACL, _ direction: Direction) -> String {
        "acl-\(list.name)-\(direction.suffix)"
    }

    private func chain(_ list: NetworkACL, _ direction: Direction, _ rules: [NetworkACLRule]) -> NftChain {
        let owner = "acl \(list.name) \(direction.rawValue)"
        let field: NftStatement.AddressField = direction == .ingress ? .source : .destination
        let lines = rules.sorted { $0.number < $1.number }.map { rule in
            let block: [NftStatement] = rule.block == .everywhere ? [] : [.address(field, rule.block)]
            let matches = block + rule.traffic.statements
            let name = "\(owner) rule \(rule.number)"
            return switch rule.action {
            case .allow: NftRule(matches + [.verdict(.return)], owner: name)
            case .deny: NftRule.drop(matches, owner: name)
            }
        }
        return NftChain(Self.chainName(list, direction), rules: lines + [.drop(owner: "\(owner) *")])
    }
}

extension Traffic {
    /// The matches of a rule that speaks of it, in a group or a list.
    var statements: [NftStatement] {
        switch self {
        case .all: []
        case .tcp(let ports): ports == 0...65535 ? [.ipProtocol(6)] : [.destinationPort(.tcp, ports)]
        case .udp(let ports): ports == 0...65535 ? [.ipProtocol(17)] : [.destinationPort(.udp, ports)]
        case .icmp(let type, let code): [.icmp(type: type, code: code)]
        case .protocolNumber(let number): [.ipProtocol(number)]
        }
    }
}
