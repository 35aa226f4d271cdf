import CloudModel
import IPAddressing
import KernelObjects

/// Security groups as two independent gates in the router's forward path: the sender's egress, the receiver's ingress.
///
/// Each gate is a base chain of its own. `accept` ends one gate only, so a packet must pass both; replies of a tracked
/// flow pass each without being asked for a rule.
///
/// What a group tracks [security group connection tracking]: everything, but TCP and UDP that one rule opens to
/// everyone while another lets all answers out to everyone. Tracked flows carry a bit in their connection mark, one for
/// the end that began them and one for the other; the rest is asked for its rule packet by packet, so that it ends with
/// the rule.
struct SecurityGroupRules {
    let lab: Lab
    let vpc: VPC
    let ports: [RouterPort]
    let wires: [RouterWire]
    let handedOn: HandedOnRules

    private enum Direction: String {
        case ingress, egress

        var suffix: String { self == .ingress ? "in" : "out" }
        var opposite: Direction { self == .ingress ? .egress : .ingress }
        /// The bit of the end whose gate this is for the first packet of a flow.
        var bit: UInt32 { self == .egress ? TrackedBy.originator : TrackedBy.responder }
        /// The interface that is guarded.
        var guarded: NftStatement.Field { self == .ingress ? .outputInterface : .inputInterface }
        /// Where the packet came from, or goes to, beyond the interface that is guarded.
        var otherInterface: NftStatement.Field { self == .ingress ? .inputInterface : .outputInterface }
        var otherAddress: NftStatement.AddressField { self == .ingress ? .source : .destination }
    }

    /// Bits of a flow's connection mark.
    private enum TrackedBy {
        static let originator: UInt32 = 1
        static let responder: UInt32 = 2
    }

    private var guarded: [RouterPort] { ports.filter(\.hasSecurityGroups) }
    private var middleboxes: MiddleboxRules { MiddleboxRules(ports) }

    // MARK: Gates

    var gates: [NftChain] {
        [
            gate(.egress, priority: 0), gate(.ingress, priority: 10),
        ]
    }

    /// The egress gate is the originator's for packets in the flow's own direction, the responder's for answers.
    private func gate(_ direction: Direction, priority: Int32) -> NftChain {
        NftChain(
            "sg_\(direction.rawValue)", base: .init(.filter, .forward, priority: priority),
            rules: middleboxes.gateRules(direction.guarded) + [
                NftRule([
                    .established, .connectionDirection(isReply: false), .connectionMark(bit: direction.bit),
                    .verdict(.accept),
                ]),
                NftRule([
                    .established, .connectionDirection(isReply: true), .connectionMark(bit: direction.opposite.bit),
                    .verdict(.accept),
                ]),
                NftRule([.related, .verdict(.accept)]),
                NftRule([.verdictMap([direction.guarded], "\(direction.rawValue)_of")]),
            ])
    }

    /// Where a rule that is tracked sends what it allows: the first packet's flow is remembered for this end.
    private func trackChain(_ direction: Direction) -> NftChain {
        NftChain(
            "track-\(direction.suffix)",
            rules: middleboxes.trackRules(direction.guarded) + [
                NftRule([.new, .setConnectionMark(bit: direction.bit)]), NftRule([.verdict(.accept)]),
            ])
    }

    // MARK: Sets

    /// Who belongs to a group, what is always tracked, and which chain guards an interface.
    var sets: [NftSet] {
        let dispatch = [Direction.egress, .ingress].map { direction in
            NftSet(
                "\(direction.rawValue)_of", key: [.interface], data: .verdict,
                elements: guarded.map {
                    .init([.interface($0.device.name)], .verdict(.goto("\(direction.rawValue)-\($0.name)")))
                })
        }
        let always = NftSet(
            "always_tracked", key: [.interface], elements: alwaysTracked.map { .init([.interface($0)]) })
        return memberSets + [always] + dispatch + middleboxes.sets
    }

    /// NAT gateways, endpoints, transit gateways: flows through them are tracked whatever the rules.
    private var alwaysTracked: [String] {
        let devices = ports.filter { if case .instance = $0.kind { false } else { true } }.map(\.device.name)
        return devices + wires.filter(\.isAlwaysTracked).map(\.device.name)
    }

    /// The members' private addresses, each by the wire it speaks through: what comes from elsewhere (a middlebox, a
    /// transit gateway, the Internet gateway) is no member, whatever its address.
    ///
    /// Whom one may send to is a matter of addresses alone, whichever way the packet takes.
    private var memberSets: [NftSet] {
        referencedGroups(\.ingress).map { name in
            NftSet(Self.memberSet(name), key: [.interface, .address], elements: members(of: name))
        }
            + referencedGroups(\.egress).map { name in
                let home = lab.securityGroup(name, namedIn: vpc)?.vpc
                let addresses = Set(home?.members(ofGroup: name).flatMap(\.privateAddresses) ?? []).sorted()
                return NftSet(
                    Self.receiverSet(name), key: [.address], elements: addresses.map { .init([.address($0)]) })
            }
            + referencedGroups(\.ingress).filter { !balancers(in: $0).isEmpty }.map { name in
                NftSet(
                    Self.balancerSet(name), key: [.interface],
                    elements: balancers(in: name).map { .init([.interface($0.device.name)]) })
            }
    }

    /// Nodes of network load balancers in a group: what they send belongs to it too, whichever client's address it bears
    /// [NLB security groups].
    private func balancers(in group: String) -> [RouterPort] {
        guard lab.securityGroup(group, namedIn: vpc)?.vpc.name == vpc.name else { return [] }
        return guarded.filter { port in
            guard case .loadBalancer(.network) = port.kind else { return false }
            return port.securityGroups.contains { $0.name == group }
        }
    }

    private func members(of name: String) -> [NftSet.Element] {
        guard let (_, home) = lab.securityGroup(name, namedIn: vpc) else { return [] }
        if home.name == vpc.name {
            let ports = guarded.filter { $0.securityGroups.contains { $0.name == name } }
            return ports.flatMap { port in
                port.addresses.map { .init([.interface(port.device.name), .address($0)]) }
            } + balanced(ports.flatMap(\.addresses))
        }
        let wire = wires.first {
            if case .peering(_, let peer) = $0.kind { peer.name == home.name } else { false }
        }
        guard let wire else { return [] }
        let addresses = home.members(ofGroup: name).flatMap(\.privateAddresses)
        return addresses.map { .init([.interface(wire.device.name), .address($0)]) } + balanced(addresses)
    }

    /// Members whose address a network load balancer keeps.
    private func balanced(_ addresses: [IPv4Address]) -> [NftSet.Element] {
        let nodes = ports.filter { if case .loadBalancer(.network) = $0.kind { true } else { false } }
        return nodes.flatMap { node in
            addresses.filter { !node.addresses.contains($0) }.map {
                .init([.interface(node.device.name), .address($0)])
            }
        }
    }

    private func referencedGroups(_ rules: KeyPath<SecurityGroup, [SecurityGroupRule]>) -> [String] {
        let rules = vpc.securityGroups.flatMap { $0[keyPath: rules] }
        let names = rules.compactMap { rule in
            if case .securityGroup(let name) = rule.peer { name } else { nil }
        }
        return Set(names).sorted()
    }

    private static func memberSet(_ group: String) -> String { "sg_\(group)" }
    private static func receiverSet(_ group: String) -> String { "to_sg_\(group)" }
    private static func balancerSet(_ group: String) -> String { "elb_sg_\(group)" }

    // MARK: Chains

    /// One chain per group and direction, a second one for what is not tracked, one per interface and direction.
    var chains: [NftChain] {
        let groups = vpc.securityGroups.flatMap { group in
            [
                chain(of: group, .egress), chain(of: group, .ingress),
            ] + [openChain(of: group, .egress), openChain(of: group, .ingress)].compactMap { $0 }
        }
        let interfaces = guarded.flatMap { port in
            [guardChain(of: port, .egress), guardChain(of: port, .ingress)]
        }
        return groups + [trackChain(.egress), trackChain(.ingress)] + interfaces + middleboxes.chains
    }

    private func guardChain(of port: RouterPort, _ direction: Direction) -> NftChain {
        let name = "\(direction.rawValue)-\(port.name)"
        if case .endpoint(let endpoint) = port.kind, direction == .egress {
            return NftChain(name, rules: [.drop(owner: "vpce \(endpoint): cannot initiate")])
        }
        let names = port.securityGroups.map(\.name)
        let jumps = names.map { NftRule([.verdict(.jump("sg-\($0)-\(direction.suffix)"))]) }
        return NftChain(
            name, rules: openRules(of: port, direction) + jumps + [.drop(owner: Self.owner(names, direction))])
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

    private func chain(of group: SecurityGroup, _ direction: Direction) -> NftChain {
        NftChain(
            "sg-\(group.name)-\(direction.suffix)",
            rules: rules(of: group, direction).enumerated().flatMap { index, rule in
                peers(rule.peer, direction).map { peer in
                    NftRule(
                        peer + rule.traffic.statements + [.counter, .verdict(.goto("track-\(direction.suffix)"))],
                        owner: "sg \(group.name) \(direction.rawValue)[\(index)]")
                }
            })
    }

    private func rules(of group: SecurityGroup, _ direction: Direction) -> [SecurityGroupRule] {
        direction == .egress ? group.egress : group.ingress
    }

    /// The ways in which a packet can come from the peer, or go to it.
    private func peers(_ peer: SecurityGroupRule.Peer, _ direction: Direction) -> [[NftStatement]] {
        switch (peer, direction) {
        case (.cidr(.everywhere), _): return [[]]
        case (.cidr(let block), _): return [[.address(direction.otherAddress, block)]]
        case (.securityGroup(let name), .egress): return [[.inSet([.destination], Self.receiverSet(name))]]
        case (.securityGroup(let name), .ingress):
            let members: [NftStatement] =
                [.inSet([.inputInterface, .source], Self.memberSet(name))] + handedOn.isSendersOwn
            let balanced: [NftStatement] = [.inSet([.inputInterface], Self.balancerSet(name))]
            return balancers(in: name).isEmpty ? [members] : [members, balanced]
        }
    }

    // MARK: What is not tracked

    /// The rules of a group that are open to everyone, without the tracking.
    private func openChain(of group: SecurityGroup, _ direction: Direction) -> NftChain? {
        let open = rules(of: group, direction).enumerated().filter { $0.element.isOpenToEveryone }
        guard !open.isEmpty, guarded.contains(where: { isOpen($0, group, direction) }) else { return nil }
        return NftChain(
            Self.openChain(group, direction),
            rules: open.map { index, rule in
                NftRule(
                    rule.traffic.statements + [.counter, .verdict(.accept)],
                    owner: "sg \(group.name) \(direction.rawValue)[\(index)]")
            })
    }

    private static func openChain(_ group: SecurityGroup, _ direction: Direction) -> String {
        "sg-\(group.name)-\(direction.suffix)-open"
    }

    /// A port uses the open chain of a group it is in, when its groups let all answers out to everyone.
    private func isOpen(_ port: RouterPort, _ group: SecurityGroup, _ direction: Direction) -> Bool {
        guard case .instance = port.kind, port.securityGroups.contains(where: { $0.name == group.name }) else {
            return false
        }
        return answeredProtocols(of: port, direction).contains { number in
            rules(of: group, direction).contains { $0.isOpenToEveryone && $0.speaks(of: number) }
        }
    }

    /// TCP and UDP, as far as the opposite rules let every answer pass.
    private func answeredProtocols(of port: RouterPort, _ direction: Direction) -> [UInt8] {
        let opposite = port.securityGroups.flatMap { rules(of: $0, direction.opposite) }
        return [6, 17].filter { number in opposite.contains { $0.passesAllAnswers(of: number) } }
    }

    private func openRules(of port: RouterPort, _ direction: Direction) -> [NftRule] {
        let protocols = answeredProtocols(of: port, direction)
        return port.securityGroups.filter { isOpen(port, $0, direction) }.flatMap { group in
            protocols.filter { number in
                rules(of: group, direction).contains { $0.isOpenToEveryone && $0.speaks(of: number) }
            }.map { number in
                NftRule([
                    .ipProtocol(number), .inSet([direction.otherInterface], "always_tracked", not: true),
                    .verdict(.jump(Self.openChain(group, direction))),
                ])
            }
        }
    }
}

extension SecurityGroupRule {
    /// Of TCP or UDP (or all traffic), whoever is at the other end.
    fileprivate var isOpenToEveryone: Bool {
        guard peer == .cidr(.everywhere) else { return false }
        return switch traffic {
        case .all, .tcp, .udp: true
        case .icmp, .protocolNumber: false
        }
    }

    fileprivate func speaks(of number: UInt8) -> Bool {
        switch traffic {
        case .all: true
        case .tcp: number == 6
        case .udp: number == 17
        case .icmp, .protocolNumber: false
        }
    }

    /// Open to everyone on all ports of that protocol.
    fileprivate func passesAllAnswers(of number: UInt8) -> Bool {
        guard peer == .cidr(.everywhere) else { return false }
        return switch traffic {
        case .all: true
        case .tcp(let ports): number == 6 && ports.lowerBound <= 1 && ports.upperBound == 65_535
        case .udp(let ports): number == 17 && ports.lowerBound <= 1 && ports.upperBound == 65_535
        case .icmp, .protocolNumber: false
        }
    }
}
