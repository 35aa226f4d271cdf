import CloudModel
import IPAddressing

extension RandomCloud {
    /// NAT gateways, instances, load balancers, interface endpoints; host numbers count up through the whole VPC.
    mutating func addNodes(_ number: UInt8, to vpc: inout VPC) {
        var next = 4
        for index in 0..<choose([0, 0, 1, 1, 2]) {
            let subnet = choose(vpc.subnets)
            vpc.natGateways.append(
                NATGateway(
                    name: "nat\(number)-\(index)", subnet: subnet.name, privateAddress: subnet.cidrBlock.base + next,
                    elasticIP: vpc.internetGateway == nil || chance(6) ? nil : publicAddresses.popLast()))
            next += 1
        }
        for index in 0..<pick(1...3) { addInstance("i\(number)-\(index)", to: &vpc, &next) }
        if withReferences || chance(3) { addLoadBalancer("nlb\(number)", to: &vpc, &next) }
        if chance(8) { addInterfaceEndpoint("ep\(number)", to: &vpc, &next) }
    }

    private mutating func groups(_ vpc: VPC) -> [String] {
        Array(vpc.securityGroups.map(\.name).shuffled(using: &random).prefix(pick(1...2)))
    }

    private mutating func publicAddress(_ vpc: VPC) -> IPv4Address? {
        vpc.internetGateway != nil && chance(2) ? publicAddresses.popLast() : nil
    }

    /// - Parameter next: the next free host number; every address of the VPC has its own.
    private mutating func interface(in subnet: Subnet, _ vpc: VPC, _ next: inout Int) -> NetworkInterface {
        defer { next += 1 }
        var interface = NetworkInterface(
            subnet: subnet.name, privateAddress: subnet.cidrBlock.base + next, publicAddress: publicAddress(vpc),
            securityGroups: groups(vpc))
        if chance(6) && next < 10 {
            next += 1
            interface.secondaryAddresses = [
                SecondaryAddress(privateAddress: subnet.cidrBlock.base + next, publicAddress: publicAddress(vpc))
            ]
        }
        return interface
    }

    private mutating func addInstance(_ name: String, to vpc: inout VPC, _ next: inout Int) {
        let subnet = choose(vpc.subnets)
        var instance = Instance(name: name, interface: interface(in: subnet, vpc, &next))
        instance.interface.sourceDestinationCheck = !chance(4)
        if chance(6) && next < 10 {
            let other = choose(vpc.subnets.filter { $0.zone == subnet.zone })
            var second = interface(in: other, vpc, &next)
            second.sourceDestinationCheck = !chance(4)
            instance.secondaryInterfaces = [second]
        }
        vpc.instances.append(instance)
    }

    /// A network load balancer with listeners for some ports, each with targets of its own.
    private mutating func addLoadBalancer(_ name: String, to vpc: inout VPC, _ next: inout Int) {
        let isPublic = vpc.internetGateway != nil && chance(2)
        var balancer = LoadBalancer(
            name: name, kind: .network, scheme: isPublic ? .internetFacing : .internal,
            securityGroups: withReferences ? [vpc.securityGroups[0].name] : chance(2) ? groups(vpc) : [],
            isCrossZone: chance(2))
        var zones: Set<String> = []
        for subnet in vpc.subnets.shuffled(using: &random) where zones.isEmpty || chance(2) {
            guard zones.insert(subnet.zone).inserted else { continue }
            balancer.nodes.append(
                LoadBalancerNode(
                    name: "\(name)-\(subnet.zone)", zone: subnet.zone,
                    interface: NetworkInterface(
                        subnet: subnet.name, privateAddress: subnet.cidrBlock.base + next,
                        publicAddress: isPublic ? publicAddresses.popLast() : nil,
                        securityGroups: balancer.securityGroups, sourceDestinationCheck: false)))
            next += 1
        }
        for port in [80, 443, 7] as [UInt16] where chance(2) {
            let group = targetGroup("\(name)-\(port)", isUDP: port == 7, vpc)
            vpc.targetGroups.append(group)
            balancer.listeners.append(
                LoadBalancerListener(
                    transport: group.transport, port: port, action: .forward(targetGroup: group.name)))
        }
        vpc.loadBalancers.append(balancer)
    }

    private mutating func targetGroup(_ name: String, isUDP: Bool, _ vpc: VPC) -> TargetGroup {
        let type: TargetGroup.TargetType = chance(2) ? .instance : .ip
        let port: UInt16 = isUDP ? 7 : choose([80, 443])
        let targets = vpc.instances.shuffled(using: &random).prefix(pick((withReferences ? 1 : 0)...2)).map {
            instance in
            CloudModel.Target(
                destination: type == .ip
                    ? .address(instance.interface.privateAddress) : .instance(instance.name), port: port)
        }
        return TargetGroup(
            name: name, transport: isUDP ? .udp : .tcp, port: port, targetType: type, targets: targets,
            preservesClientIP: isUDP || chance(2))
    }

    /// An application load balancer; its nodes take the first free address of their subnets.
    mutating func addApplicationBalancer(_ name: String, to vpc: inout VPC) {
        let isPublic = vpc.internetGateway != nil && chance(2)
        var balancer = LoadBalancer(
            name: name, kind: .application, scheme: isPublic ? .internetFacing : .internal, securityGroups: groups(vpc),
            isCrossZone: true)
        var used = Set(vpc.privateAddresses)
        var zones: Set<String> = []
        for subnet in vpc.subnets.shuffled(using: &random) where !zones.contains(subnet.zone) {
            guard let address = (4...13).map({ subnet.cidrBlock.base + $0 }).first(where: { used.insert($0).inserted })
            else { continue }
            zones.insert(subnet.zone)
            balancer.nodes.append(
                LoadBalancerNode(
                    name: "\(name)-\(subnet.zone)", zone: subnet.zone,
                    interface: NetworkInterface(
                        subnet: subnet.name, privateAddress: address,
                        publicAddress: isPublic ? publicAddresses.popLast() : nil,
                        securityGroups: balancer.securityGroups)))
        }
        for port in [80, 443] as [UInt16] where !chance(3) {
            var group = targetGroup("\(name)-\(port)", isUDP: false, vpc)
            group.transport = .http
            group.preservesClientIP = false
            vpc.targetGroups.append(group)
            balancer.listeners.append(
                LoadBalancerListener(
                    transport: .http, port: port,
                    action: chance(4) ? .fixedResponse(status: 503) : .forward(targetGroup: group.name)))
        }
        vpc.loadBalancers.append(balancer)
    }

    private mutating func addInterfaceEndpoint(_ name: String, to vpc: inout VPC, _ next: inout Int) {
        let subnet = choose(vpc.subnets)
        vpc.endpoints.append(
            VPCEndpoint(
                name: name, service: "sqs",
                kind: .interface([
                    NetworkInterface(
                        name: "\(name)-\(subnet.zone)", subnet: subnet.name,
                        privateAddress: subnet.cidrBlock.base + next, securityGroups: groups(vpc))
                ])))
        next += 1
    }
}
