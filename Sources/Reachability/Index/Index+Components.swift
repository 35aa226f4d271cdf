import CloudModel
import IPAddressing

// The stations of a way, in words. Only explanations ask for them.
extension ReachabilityIndex {
    /// The box an interface belongs to.
    func owner(of number: Int) -> Component {
        let interface = interfaces[number]
        let kind: Component.Kind =
            switch interface.owner {
            case .instance(let position):
                vpcs[interface.vpc].model.instances[position].isTask ? .task : .instance
            case .natGateway: .natGateway
            case .loadBalancerNode: .loadBalancerNode
            case .endpoint: .endpoint
            }
        return Component(kind, interface.ownerName, origin: interface.origin)
    }

    func ownerHop(_ number: Int, inbound: PacketHeader? = nil, details: [String] = []) -> Hop {
        let interface = interfaces[number]
        var hop = Hop(
            owner(of: number), subnet: subnets[interface.subnet].model.name, vpc: vpcs[interface.vpc].model.name,
            inbound: inbound, details: details)
        if case .loadBalancerNode = interface.owner { hop.attachedTo = balancerComponent(of: number) }
        return hop
    }

    func interfaceHop(_ number: Int) -> Hop {
        let interface = interfaces[number]
        return Hop(
            Component(.networkInterface, interface.name, origin: interface.origin), attachedTo: owner(of: number),
            subnet: subnets[interface.subnet].model.name, vpc: vpcs[interface.vpc].model.name)
    }

    func subnetHop(_ number: Int) -> Hop {
        Hop(
            subnets[number].component, subnet: subnets[number].model.name,
            vpc: vpcs[subnets[number].vpc].model.name)
    }

    func aclHop(_ number: Int, _ rule: HopRule) -> Hop {
        let acl = subnets[number].acl.model
        var hop = subnetHop(number)
        hop.component = Component(.networkACL, acl.name, origin: acl.origin)
        hop.rule = rule
        return hop
    }

    func routeHop(_ number: Int, _ entry: IndexedRoutes.Entry?) -> Hop {
        let subnet = subnets[number]
        var hop = subnetHop(number)
        hop.component = Component(
            .routeTable, subnet.model.routeTable, origin: subnet.routes?.table.origin ?? subnet.model.origin)
        hop.rule = entry?.hopRule
        return hop
    }

    /// The group whose rule decided; all groups of the interface when none did.
    func groupHop(_ number: Int, _ rule: RuleSet.Rule?, _ hopRule: HopRule?) -> Hop {
        let interface = interfaces[number]
        let members = interface.rules.map { ruleSets[$0].groups } ?? []
        let names = rule.map { [groups[$0.group].model.name] } ?? members.map { groups[$0].model.name }
        let origin = (rule?.group ?? members.first).map { groups[$0].model.origin } ?? interface.origin
        return Hop(
            Component(.securityGroup, names.joined(separator: "+"), origin: origin),
            attachedTo: interfaceHop(number).component, vpc: vpcs[interface.vpc].model.name, rule: hopRule)
    }

    func hopRule(_ rule: RuleSet.Rule, egress: Bool) -> HopRule {
        let group = groups[rule.group].model
        return .securityGroup(
            (egress ? group.egress : group.ingress)[rule.position], group: group.name, index: rule.position,
            isEgress: egress)
    }

    func transitGatewayHop(_ number: Int, vpc: Int?) -> Hop {
        let model = transitGateways[number].model
        return Hop(Component(.transitGateway, model.name, origin: model.origin), vpc: vpc.map { vpcs[$0].model.name })
    }

    func hopRule(_ entry: IndexedTransitGateway.Entry, of gateway: IndexedTransitGateway) -> HopRule {
        if let route = entry.route { return .transitGatewayRoute(route) }
        return .propagatedRoute(
            entry.block, attachment: entry.attachment.map { gateway.model.attachments[$0].name } ?? "")
    }

    func endpointHop(_ number: Int, vpc: Int) -> Hop {
        let endpoint = vpcs[vpc].model.endpoints[number]
        return Hop(
            Component(.endpoint, endpoint.name, origin: endpoint.origin), vpc: vpcs[vpc].model.name)
    }

    func component(ofHost number: Int) -> Component {
        let host = lab.internet.hosts[number]
        return Component(.internetHost, host.name, origin: host.origin)
    }

    /// Which interface of an appliance a packet leaves by: the one in the destination's subnet, else the first, where the
    /// guest's default route is.
    func wayOut(of number: Int, to destination: IPv4Address) -> Int {
        let siblings = interfaces[number].siblings
        return siblings.first { subnets[interfaces[$0].subnet].block.contains(destination) } ?? siblings.lowerBound
    }

    /// Whether two addresses belong to one host, on one interface or on two.
    func isOwn(_ address: IPv4Address, of other: IPv4Address, vpc: Int) -> Bool {
        if address == other { return true }
        guard let number = vpcs[vpc].interfaces[other] else { return false }
        return interfaces[number].siblings.contains { interfaces[$0].has(address) }
    }

    func isNATGateway(_ number: Int) -> Bool {
        if case .natGateway = interfaces[number].owner { true } else { false }
    }
}

extension IndexedRoutes.Entry {
    var hopRule: HopRule { route.map { .route($0) } ?? .localRoute(block) }
}
