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

    /// The targets that a node of a balancer may choose for a listener's group, healthy or not: those of its own zone,
    /// or of all zones.
    public func targets(of group: TargetGroup, from node: LoadBalancerNode, crossZone: Bool) -> [Target] {
        group.targets.filter { target in
            guard let place = place(of: target) else { return false }
            return crossZone || place.zone == nil || place.zone == node.zone
        }
    }
}

extension LoadBalancer {
    /// The name by which it is known inside and outside: `web.elb.lab.internal`, unless a description says another.
    public var publicName: String { dnsName ?? "\(name).elb.lab.internal" }
}
