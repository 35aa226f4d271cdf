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

    /// The targets a node may choose: the healthy ones of its own zone, or of all the balancer's zones. When none of these
    /// is healthy, all of these [target group health: routing failover].
    func eligibleTargets(
        of group: TargetGroup, for node: Int, _ balancer: LoadBalancer
    ) -> [(target: Target, address: IPv4Address)] {
        guard case .loadBalancerNode(_, let position) = interfaces[node].owner else { return [] }
        let vpc = vpcs[interfaces[node].vpc]
        let available = vpc.model.targets(of: group, from: balancer.nodes[position], of: balancer)
        let well = available.filter { $0.target.health != .unhealthy && !hasFailed($0.address, in: vpc) }
        return well.isEmpty ? available : well
    }

    /// Health checks find out: what has failed is unwell.
    private func hasFailed(_ address: IPv4Address, in vpc: IndexedVPC) -> Bool {
        vpc.interfaces[address].map { interfaces[$0].outage != nil } ?? false
    }
}
