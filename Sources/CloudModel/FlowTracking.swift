public import IPAddressing

/// A TCP or UDP flow, by the packet that opened it.
public struct FlowTuple: Hashable, Sendable {
    /// 6 or 17; AWS tracks every other one.
    public var protocolNumber: UInt8
    public var source: IPv4Address
    public var destination: IPv4Address
    public var destinationPort: UInt16

    public init(protocolNumber: UInt8, source: IPv4Address, destination: IPv4Address, destinationPort: UInt16) {
        self.protocolNumber = protocolNumber
        self.source = source
        self.destination = destination
        self.destinationPort = destinationPort
    }
}

// Which flows security groups remember, and which only live by their rules [EC2 security group connection tracking].
extension VPC {
    /// Whether a flow ends at once when the VPC becomes `new`.
    ///
    /// A tracked flow outlives the rule that let it in. One that is not tracked (TCP or UDP from or to 0.0.0.0/0, with
    /// a rule of the other direction that lets all ports pass from or to 0.0.0.0/0) ends with the rule; flows through
    /// a NAT gateway, a transit gateway, an endpoint, a load balancer or another instance are tracked in any case.
    public func interrupts(_ flow: FlowTuple, after new: VPC) -> Bool {
        guard [6, 17].contains(flow.protocolNumber), !isForwarded(flow), !isBalanced(flow) else {
            return false
        }
        let receiver = instances.first { $0.interface.privateAddress == flow.destination }
        let sender = instances.first { $0.interface.privateAddress == flow.source }
        return closes(receiver, \.ingress, \.egress, peer: flow.source, flow, new)
            || closes(sender, \.egress, \.ingress, peer: flow.destination, flow, new)
    }

    /// Whether the flow was not tracked at one gate of an instance, and that gate does not let it pass any more.
    private func closes(
        _ instance: Instance?, _ gate: KeyPath<SecurityGroup, [SecurityGroupRule]>,
        _ opposite: KeyPath<SecurityGroup, [SecurityGroupRule]>, peer: IPv4Address, _ flow: FlowTuple, _ new: VPC
    ) -> Bool {
        guard let instance, let later = new.instance(instance.name) else { return false }
        guard isUntracked(flow, at: instance, gate, opposite) else { return false }
        return !new.groups(of: later).flatMap { $0[keyPath: gate] }.contains {
            $0.traffic.covers(flow) && new.holds(peer, in: $0.peer)
        }
    }

    private func isUntracked(
        _ flow: FlowTuple, at instance: Instance, _ gate: KeyPath<SecurityGroup, [SecurityGroupRule]>,
        _ opposite: KeyPath<SecurityGroup, [SecurityGroupRule]>
    ) -> Bool {
        let groups = groups(of: instance)
        let lets = groups.flatMap { $0[keyPath: gate] }.contains {
            $0.peer == .cidr(.everywhere) && $0.traffic.covers(flow)
        }
        let answers = groups.flatMap { $0[keyPath: opposite] }.contains {
            $0.peer == .cidr(.everywhere) && $0.traffic.coversAllPorts(of: flow.protocolNumber)
        }
        return lets && answers
    }

    /// From or to a node of a load balancer.
    private func isBalanced(_ flow: FlowTuple) -> Bool {
        loadBalancers.flatMap(\.nodes).map(\.interface.privateAddress).contains {
            $0 == flow.source || $0 == flow.destination
        }
    }

    /// Through something that keeps its own record of flows.
    private func isForwarded(_ flow: FlowTuple) -> Bool {
        guard let subnet = subnets.first(where: { $0.cidrBlock.contains(flow.source) }), !contains(flow.destination),
            let route = routeTable(subnet.routeTable)?.routes.filter({ $0.destination.contains(flow.destination) })
                .max(by: { $0.destination.prefixLength < $1.destination.prefixLength })
        else { return false }
        switch route.target {
        case .natGateway, .instance, .transitGateway, .gatewayEndpoint: return true
        case .internetGateway, .peering, .virtualPrivateGateway, .local, .blackhole: return false
        }
    }

    private func groups(of instance: Instance) -> [SecurityGroup] {
        instance.interface.securityGroups.compactMap(securityGroup)
    }

    private func holds(_ address: IPv4Address, in peer: SecurityGroupRule.Peer) -> Bool {
        switch peer {
        case .cidr(let block): block.contains(address)
        case .securityGroup(let name):
            instances.contains {
                $0.interface.privateAddress == address && $0.interface.securityGroups.contains(name)
            }
        }
    }
}

extension Traffic {
    fileprivate func covers(_ flow: FlowTuple) -> Bool {
        switch self {
        case .all: true
        case .tcp(let ports): flow.protocolNumber == 6 && ports.contains(flow.destinationPort)
        case .udp(let ports): flow.protocolNumber == 17 && ports.contains(flow.destinationPort)
        case .icmp: false
        case .protocolNumber(let number): number == flow.protocolNumber
        }
    }

    fileprivate func coversAllPorts(of number: UInt8) -> Bool {
        switch self {
        case .all: true
        case .tcp(let ports): number == 6 && ports == 0...65535
        case .udp(let ports): number == 17 && ports == 0...65535
        case .icmp: false
        case .protocolNumber(let other): number == other
        }
    }
}
