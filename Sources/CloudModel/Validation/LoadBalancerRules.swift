import IPAddressing

extension Findings {
    /// Load balancers and their target groups: zones, listeners, targets and groups that exist and fit together.
    mutating func checkLoadBalancers(of vpc: VPC) {
        for group in vpc.targetGroups { checkTargets(of: group, in: vpc) }
        for balancer in vpc.loadBalancers {
            checkZones(of: balancer, in: vpc)
            checkListeners(of: balancer, in: vpc)
            checkGroups(of: balancer, in: vpc)
        }
    }

    private mutating func checkTargets(of group: TargetGroup, in vpc: VPC) {
        for target in group.targets {
            switch target.destination {
            case .instance(let name):
                guard let instance = vpc.instance(name) else {
                    unknown("instance", name, among: names(of: .instance), at: target.origin)
                    continue
                }
                if instance.isTask {
                    error(
                        target.origin, "the task `\(name)` has an interface of its own and is no instance",
                        hint: "AWS takes such a task by its address: write \(instance.interface.privateAddress)")
                }
            case .address(let address):
                if !vpc.contains(address), !address.isPrivateOrShared {
                    error(
                        target.origin, "the target \(address) is not in the VPC `\(vpc.name)`",
                        hint: "AWS takes addresses of the VPC's blocks, or private ones reached by peering or VPN")
                }
            }
        }
        if group.healthCheck.timeout > group.healthCheck.interval {
            error(
                group.origin, "the health check of `\(group.name)` waits longer than its interval",
                hint: "make `timeout` no longer than `interval`", field: "health-check")
        }
    }

    private mutating func checkZones(of balancer: LoadBalancer, in vpc: VPC) {
        let zones = balancer.nodes.map(\.zone)
        if balancer.kind == .application, Set(zones).count < 2 {
            warning(
                balancer.origin, "the application load balancer `\(balancer.name)` is in one zone; AWS wants two",
                hint: "give it a subnet in a second zone", field: "subnets")
        }
        // AWS may give an application load balancer several addresses in a subnet.
        if Set(zones).count < Set(balancer.nodes.map(\.interface.subnet)).count {
            error(
                balancer.origin, "the load balancer `\(balancer.name)` has two subnets in one zone",
                hint: "one subnet a zone", field: "subnets")
        }
        guard balancer.scheme == .internetFacing else {
            if balancer.nodes.contains(where: { $0.interface.publicAddress != nil }) {
                error(
                    balancer.origin, "the load balancer `\(balancer.name)` is internal and has public addresses",
                    hint: "remove them, or `scheme: internal`", field: "subnets")
            }
            return
        }
        for node in balancer.nodes {
            guard let subnet = vpc.subnet(node.interface.subnet), !vpc.isPublic(subnet) else { continue }
            warning(
                balancer.origin,
                "the load balancer `\(balancer.name)` faces the Internet from `\(subnet.name)`, which has no route to "
                    + "an Internet gateway",
                hint: "use a public subnet", field: "subnets")
        }
    }

    private mutating func checkListeners(of balancer: LoadBalancer, in vpc: VPC) {
        var seen: Set<String> = []
        for listener in balancer.listeners {
            let layer = listener.transport == .udp ? "udp" : "tcp"
            if !seen.insert("\(layer) \(listener.port)").inserted {
                error(listener.origin, "`\(balancer.name)` already listens on port \(listener.port)")
            }
            guard case .forward(let name) = listener.action else { continue }
            guard let group = vpc.targetGroup(name) else {
                unknown("target group", name, among: vpc.targetGroups.map(\.name), at: listener.origin)
                continue
            }
            let fits =
                switch balancer.kind {
                case .application: group.transport == .http || group.transport == .https
                case .network: (group.transport == .udp) == (listener.transport == .udp) && group.transport != .http
                }
            if !fits {
                error(
                    listener.origin,
                    "a listener for \(listener.transport.rawValue) cannot forward to `\(name)`, which takes "
                        + group.transport.rawValue,
                    hint: balancer.kind == .application
                        ? "the target group of an application load balancer takes `http`"
                        : "the target group of a network load balancer takes `tcp` or `udp`")
            }
        }
    }

    private mutating func checkGroups(of balancer: LoadBalancer, in vpc: VPC) {
        for name in balancer.securityGroups where vpc.securityGroup(name) == nil {
            unknown(
                "security group", name, among: vpc.securityGroups.map(\.name), at: balancer.origin,
                field: "security-groups")
        }
    }
}
