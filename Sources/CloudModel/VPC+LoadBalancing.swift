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

    /// Where a node of a balancer may send a flow for a listener's group, whether it is well there or not: the targets of
    /// its own zone, or of all zones.
    public func targets(
        of group: TargetGroup, from node: LoadBalancerNode, crossZone: Bool
    ) -> [(address: IPv4Address, port: UInt16)] {
        group.targets.compactMap { target in
            guard let place = place(of: target), crossZone || place.zone == nil || place.zone == node.zone else {
                return nil
            }
            return (place.address, target.port)
        }
    }
}

extension LoadBalancer {
    /// The name by which it is known inside and outside: `web.elb.lab.internal`, unless a description says another.
    public var publicName: String { dnsName ?? "\(name).elb.lab.internal" }
}
