import CloudModel
import IPAddressing

extension ReachabilityIndex {
    func balancer(of interface: Int) -> LoadBalancer {
        guard case .loadBalancerNode(let number, _) = interfaces[interface].owner else {
            preconditionFailure("interface \(interfaces[interface].name) belongs to no load balancer")
        }
        return vpcs[interfaces[interface].vpc].model.loadBalancers[number]
    }

    func balancerComponent(of interface: Int) -> Component {
        let balancer = balancer(of: interface)
        return Component(.loadBalancer, balancer.name, origin: balancer.origin)
    }

    func zone(of interface: Int) -> String { subnets[interfaces[interface].subnet].model.zone }

    /// The targets a node may choose: healthy ones, in its own zone unless the balancer is cross-zone. When none is
    /// healthy, all of all zones (AWS fails open).
    func eligibleTargets(
        of group: TargetGroup, for node: Int, _ balancer: LoadBalancer
    ) -> [(target: Target, address: IPv4Address)] {
        let vpc = vpcs[interfaces[node].vpc]
        let all = group.targets.compactMap { target in
            address(of: target, in: vpc).map { (target: target, address: $0) }
        }
        let well = all.filter { $0.target.health != .unhealthy && !hasFailed($0.address, in: vpc) }
        if well.isEmpty { return all }
        if balancer.isCrossZone || balancer.kind == .application { return well }
        return well.filter { candidate in
            // An address outside the VPC belongs to no zone: every node may use it.
            vpc.interfaces[candidate.address].map { zone(of: $0) == zone(of: node) } ?? true
        }
    }

    /// Health checks find out: what has failed is unwell.
    private func hasFailed(_ address: IPv4Address, in vpc: IndexedVPC) -> Bool {
        vpc.interfaces[address].map { interfaces[$0].outage != nil } ?? false
    }

    private func address(of target: Target, in vpc: IndexedVPC) -> IPv4Address? {
        switch target.destination {
        case .address(let address): address
        case .instance(let name): vpc.model.instance(name)?.interface.privateAddress
        }
    }
}
