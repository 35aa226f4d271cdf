public import IPAddressing

extension VPC {
    /// A node of a load balancer by its own name: `web-a`.
    public func loadBalancerNode(_ name: String) -> LoadBalancerNode? {
        loadBalancers.lazy.flatMap(\.nodes).first { $0.name == name }
    }

    /// The load balancer that a node belongs to.
    public func loadBalancer(ofNode name: String) -> LoadBalancer? {
        loadBalancers.first { $0.nodes.contains { $0.name == name } }
    }

    /// Where a target is: its address and its zone; `nil` for an instance that is not there.
    public func place(of target: Target) -> (address: IPv4Address, zone: String?)? {
        switch target.destination {
        case .address(let address):
            return (address, subnets.first { $0.cidrBlock.contains(address) }?.zone)
        case .instance(let name):
            return instance(name).map {
                ($0.interface.privateAddress, subnet($0.interface.subnet)?.zone)
            }
        }
    }

    /// Where a node of a balancer may send a flow for a listener's group, whether it is well there or not.
    public func targets(
        of group: TargetGroup, from node: LoadBalancerNode, of balancer: LoadBalancer
    ) -> [(target: Target, address: IPv4Address)] {
        group.targets.compactMap { target in
            guard let place = place(of: target), balancer.reaches(place.zone, from: node.zone) else { return nil }
            return (target, place.address)
        }
    }
}

extension LoadBalancer {
    /// Whether a node uses the targets of a zone: of its own, of every zone if a network balancer is cross-zone [NLB,
    /// availability zones: constrained ones], and of the zones that an application balancer is enabled in. An address
    /// outside the VPC belongs to no zone, and every node may use it.
    func reaches(_ zone: String?, from own: String) -> Bool {
        guard let zone, zone != own else { return true }
        return switch kind {
        case .network: isCrossZone
        case .application: nodes.contains { $0.zone == zone }
        }
    }

    /// The name by which it is known inside and outside: `web.elb.lab.internal`, unless a description says another.
    public var publicName: String { dnsName ?? "\(name).elb.lab.internal" }
}
