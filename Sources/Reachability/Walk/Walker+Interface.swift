import CloudModel
import IPAddressing

// What happens at a network interface.
extension Walker {
    /// The owner of the interface sends the packet.
    mutating func send(from number: Int) -> Verdict {
        let interface = index.interfaces[number]
        log.visit(index.owner(of: number))
        log.add(index.ownerHop(number))
        if let verdict = deliverOnHost(number) ?? deliverToItself(number) { return verdict }
        if let verdict = meetOutage(at: number, outwards: true) { return verdict }
        if case .endpoint = interface.owner, !isReply {
            return refuse(
                .vpceIntraVPCTraffic, .deniedOut, index.interfaceHop(number),
                "\(index.owner(of: number)) answers requests and never begins a flow into its own VPC")
        }
        if let verdict = checkSource(number) { return verdict }
        log.add(index.interfaceHop(number))
        return leave(number)
    }

    /// What a host sends to an address of its own stays on its `lo`, and no group or list sees it.
    private mutating func deliverToItself(_ number: Int) -> Verdict? {
        let interface = index.interfaces[number]
        let isOwn = interface.siblings.contains { index.interfaces[$0].has(packet.destination) }
        guard isOwn || CIDRBlock.loopback.contains(packet.destination) else { return nil }
        meet(interface: number)
        return .arrived(.interface(number))
    }

    /// The check of the interface that a packet leaves by: each interface has its own.
    private mutating func checkSource(_ number: Int) -> Verdict? {
        let interface = index.interfaces[number]
        guard interface.checksSource, !interface.has(packet.source) else { return nil }
        return refuse(
            .eniSourceDestCheckRestriction, .deniedOut, index.interfaceHop(number),
            "the source/destination check of \(interface.name) drops what it sends as \(packet.source), because its "
                + "own address is \(interface.address)")
    }

    /// Out of the interface and on, past the source check.
    mutating func leave(_ number: Int) -> Verdict {
        let interface = index.interfaces[number]
        let subnet = index.subnets[interface.subnet]
        if let verdict = askService(number, of: subnet) { return verdict }
        if let verdict = passGroups(number, egress: true) { return verdict }
        if isReply, let waiting = memory.intercepted(packet) {
            return returnToLoadBalancer(waiting, from: interface.subnet)
        }
        if case .loadBalancerNode = interface.owner { log.visit(subnet.component) }
        if subnet.block.contains(packet.destination) {
            return enterNeighbor(in: interface.subnet)
        }
        if case .loadBalancerNode = interface.owner {} else { log.visit(subnet.component) }
        return leaveSubnet(interface.subnet)
    }

    /// Straight to an interface of the same subnet: neither ACL nor route table.
    mutating func enterNeighbor(in subnet: Int) -> Verdict {
        guard let next = index.vpcs[index.subnets[subnet].vpc].interfaces[packet.destination],
            index.interfaces[next].subnet == subnet
        else {
            return refuse(
                .noPossibleDestination, .neighborUnreachable, index.subnetHop(subnet),
                "nobody in subnet \(index.subnets[subnet].model.name) has the address \(packet.destination)")
        }
        if case .loadBalancerNode = index.interfaces[next].owner { log.visit(index.subnets[subnet].component) }
        return arrive(next)
    }

    /// Into the interface's subnet from elsewhere: the ACL first.
    mutating func enter(_ number: Int, byRoute: Bool = false) -> Verdict {
        if isGoingInCircles() { return circle(at: index.owner(of: number), vpc: index.interfaces[number].vpc) }
        let subnet = index.interfaces[number].subnet
        // A route to a NAT gateway leads to its inner side, which stands in no subnet for those who draw maps.
        let isInnerSide = byRoute && index.isNATGateway(number)
        if !isInnerSide { log.visit(index.subnets[subnet].component) }
        if let verdict = passACL(of: subnet, egress: false) { return verdict }
        return arrive(number)
    }

    /// At the interface itself.
    mutating func arrive(_ number: Int) -> Verdict {
        let interface = index.interfaces[number]
        if case .natGateway = interface.owner {
            if interface.has(packet.destination) { meet(interface: number) }
            return meetOutage(at: number, outwards: false) ?? atNATGateway(number)
        }
        log.visit(index.owner(of: number))
        if let verdict = passGroups(number, egress: false) { return verdict }
        if let verdict = meetOutage(at: number, outwards: false) { return verdict }
        if !interface.has(packet.destination) { return passThrough(number) }
        meet(interface: number)
        if case .loadBalancerNode = interface.owner { return atLoadBalancer(number) }
        log.add(index.interfaceHop(number))
        if index.containersOfHost[number] != nil {
            if isReply, let entry = memory.translation(answeredBy: packet, at: number) {
                return restore(entry, at: number)
            }
            if !isReply, let verdict = enterPublished(at: number) { return verdict }
        }
        log.add(index.ownerHop(number))
        return .arrived(.interface(number))
    }

    /// A packet for somebody else: an appliance hands it on, if its destination check is off.
    private mutating func passThrough(_ number: Int) -> Verdict {
        let interface = index.interfaces[number]
        if interface.checksSource {
            return refuse(
                .eniSourceDestCheckRestriction, .deniedIn, index.interfaceHop(number),
                "the source/destination check of \(interface.name) drops what is not addressed to it, as "
                    + "\(packet.destination) is not")
        }
        if interface.siblings.contains(where: { index.interfaces[$0].has(packet.source) }) {
            return refuse(
                .noPath, .loop, index.ownerHop(number),
                "\(index.owner(of: number)) gets back what it has sent itself: its own subnet's route leads to it")
        }
        // Linux answers on every interface to every address it has.
        if let own = interface.siblings.first(where: { index.interfaces[$0].has(packet.destination) }) {
            log.add(index.interfaceHop(number))
            log.add(index.ownerHop(number))
            meet(interface: own)
            return .arrived(.interface(own))
        }
        if index.containersOfHost[number] != nil, DockerBridge.block.contains(packet.destination) {
            return refuse(
                .noPossibleDestination, .deniedIn, index.ownerHop(number),
                "\(index.owner(of: number)) lets nobody in to \(packet.destination): from outside only published ports "
                    + "lead to its containers")
        }
        log.add(index.interfaceHop(number))
        log.add(index.ownerHop(number, details: ["hands on what is not its own (source/destination check is off)"]))
        loseGroups()
        if isGoingInCircles() { return circle(at: index.owner(of: number), vpc: interface.vpc) }
        let wayOut = index.wayOut(of: number, to: packet.destination)
        return checkSource(wayOut) ?? leave(wayOut)
    }

    func circle(at component: Component, vpc: Int) -> Verdict {
        refuse(
            .noPath, .loop, Hop(component, vpc: index.vpcs[vpc].model.name),
            "the routes lead in circles through \(component)")
    }

    /// DNS, metadata and the subnet's own .1: the router answers, past groups and ACLs.
    private func askService(_ number: Int, of subnet: IndexedSubnet) -> Verdict? {
        let destination = packet.destination
        let vpc = index.vpcs[subnet.vpc]
        let isResolver = destination == LinkLocalService.resolver || destination == vpc.resolver
        let isGateway = destination == subnet.gateway
        guard isResolver || isGateway || destination == LinkLocalService.metadata else { return nil }
        let port = packet.destinationPorts
        let isTCP = packet.protocolNumber == IPProtocol.tcp
        let serves =
            isResolver
            ? packet.hasPorts && port == 53...53
            : isGateway ? packet.isEchoRequest : isTCP && port == 80...80
        let name = isResolver ? "dns" : isGateway ? "router" : "instance-metadata"
        let hop = Hop(Component(.service, name), vpc: vpc.model.name)
        log.visit(hop.component)
        guard serves else {
            return refuse(
                .noPossibleDestination, .deniedIn, hop,
                "the VPC's own \(name) at \(destination) does not serve \(packet)")
        }
        log.add(hop)
        return .arrived(.service(number))
    }
}
