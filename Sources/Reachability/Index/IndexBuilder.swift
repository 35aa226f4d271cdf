import CloudModel
import IPAddressing

/// Gathers what a `ReachabilityIndex` consists of.
struct IndexBuilder {
    private let lab: Lab
    private let vpcNumbers: [String: Int]
    private(set) var vpcs: [VPCDraft] = []
    private(set) var subnets: [IndexedSubnet] = []
    private(set) var interfaces: [IndexedInterface] = []
    private(set) var groups: [(vpc: Int, model: SecurityGroup)] = []
    private(set) var ruleSets: [RuleSet] = []
    private(set) var transitGateways: [IndexedTransitGateway] = []
    private(set) var peerings: [(requester: Int, accepter: Int)?] = []
    private(set) var publicOwners: [IPv4Address: Int] = [:]
    private(set) var interfaceOfNode: [String: Int] = [:]
    private(set) var interfaceNamed: [String: Int] = [:]
    private(set) var containers: [IndexedContainer] = []
    private(set) var containerNamed: [String: Int] = [:]
    private(set) var containersOfHost: [Int: [Int]] = [:]
    /// Group numbers by VPC and name; shared rule sets by their groups; subnets by VPC and name.
    private var groupNumbers: [[String: Int]] = []
    private var knownSets: [[Int]: Int] = [:]
    private var subnetNumbers: [[String: Int]] = []

    init(_ lab: Lab) {
        self.lab = lab
        vpcNumbers = Dictionary(
            lab.vpcs.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    mutating func build() {
        vpcs = lab.vpcs.map { VPCDraft(model: $0) }
        peerings = lab.peerings.map { peering in
            guard let requester = vpcNumbers[peering.requester], let accepter = vpcNumbers[peering.accepter]
            else { return nil }
            return (requester, accepter)
        }
        numberGroups()
        numberSubnets()
        for vpc in vpcs.indices { addInterfaces(of: vpc) }
        for vpc in vpcs.indices { addTables(of: vpc) }
        let numbers = subnetNumbers
        transitGateways = lab.transitGateways.map {
            IndexedTransitGateway(
                $0, in: lab, vpcs: vpcNumbers, subnets: { vpc, names in names.compactMap { numbers[vpc][$0] } })
        }
    }

    private mutating func numberGroups() {
        for (vpc, model) in lab.vpcs.enumerated() {
            var numbers: [String: Int] = [:]
            for group in model.securityGroups where numbers[group.name] == nil {
                numbers[group.name] = groups.count
                groups.append((vpc, group))
            }
            groupNumbers.append(numbers)
        }
    }

    private mutating func numberSubnets() {
        var count = 0
        for (vpc, model) in lab.vpcs.enumerated() {
            var numbers: [String: Int] = [:]
            for subnet in model.subnets {
                numbers[subnet.name] = count
                vpcs[vpc].subnets.append(count)
                count += 1
            }
            subnetNumbers.append(numbers)
        }
    }

    // MARK: Interfaces

    private mutating func addInterfaces(of vpc: Int) {
        let model = lab.vpcs[vpc]
        for (position, gateway) in model.natGateways.enumerated() {
            let interface = NetworkInterface(
                subnet: gateway.subnet, privateAddress: gateway.privateAddress, publicAddress: gateway.elasticIP,
                sourceDestinationCheck: false)
            add(interface, .natGateway(position), gateway.name, gateway.origin, vpc, hasGroups: false)
        }
        for (position, instance) in model.instances.enumerated() {
            let count = instance.interfaces.filter { subnetNumbers[vpc][$0.subnet] != nil }.count
            let siblings = interfaces.count..<interfaces.count + count
            for (number, interface) in instance.interfaces.enumerated() {
                add(
                    interface, .instance(position), instance.name, instance.origin, vpc, hasGroups: true,
                    number: number, siblings: siblings)
            }
            addContainers(of: instance)
        }
        for (position, balancer) in model.loadBalancers.enumerated() {
            for (number, node) in balancer.nodes.enumerated() {
                var interface = node.interface
                if interface.securityGroups.isEmpty { interface.securityGroups = balancer.securityGroups }
                add(
                    interface, .loadBalancerNode(position, node: number), node.name, balancer.origin, vpc,
                    hasGroups: !interface.securityGroups.isEmpty)
            }
        }
        for (position, endpoint) in model.endpoints.enumerated() {
            for interface in endpoint.interfaces {
                add(
                    interface, .endpoint(position), endpoint.name, endpoint.origin, vpc,
                    hasGroups: !interface.securityGroups.isEmpty, node: interface.name)
            }
        }
    }

    private mutating func addContainers(of instance: Instance) {
        guard !instance.containers.isEmpty, let host = interfaceOfNode[instance.name] else { return }
        let addresses = Dictionary(
            instance.bridgedContainers.map { ($0.container.name, $0.address) }, uniquingKeysWith: { first, _ in first })
        for container in instance.containers {
            if container.network == .host {
                interfaceOfNode[container.name] = interfaceOfNode[container.name] ?? host
                continue
            }
            containerNamed[container.name] = containers.count
            if addresses[container.name] != nil { containersOfHost[host, default: []].append(containers.count) }
            containers.append(
                IndexedContainer(model: container, host: host, address: addresses[container.name]))
        }
    }

    private mutating func add(
        _ interface: NetworkInterface, _ owner: IndexedInterface.Owner, _ ownerName: String, _ origin: Origin,
        _ vpc: Int, hasGroups: Bool, number position: Int = 0, node: String? = nil, siblings: Range<Int>? = nil
    ) {
        guard let subnet = subnetNumbers[vpc][interface.subnet] else { return }
        let zone = lab.vpcs[vpc].subnet(interface.subnet)?.zone
        let outage = lab.outages.first {
            $0.hits(interface: position, of: node ?? ownerName, named: interface.name, in: zone)
        }
        let number = interfaces.count
        let members = interface.securityGroups.compactMap { groupNumbers[vpc][$0] }
        let pairs =
            [(interface.privateAddress, interface.publicAddress)]
            + interface.secondaryAddresses.map { ($0.privateAddress, $0.publicAddress) }
        interfaces.append(
            IndexedInterface(
                interface, vpc: vpc, subnet: subnet, owner: owner, ownerName: ownerName, origin: origin,
                rules: hasGroups ? ruleSet(of: members) : nil, groups: GroupBits(members, of: groups.count),
                outage: outage, siblings: siblings ?? number..<number + 1))
        for (own, outside) in pairs {
            vpcs[vpc].interfaces[own] = vpcs[vpc].interfaces[own] ?? number
            guard let outside, lab.vpcs[vpc].internetGateway != nil else { continue }
            vpcs[vpc].publicOf[own] = outside
            vpcs[vpc].privateOf[outside] = own
            publicOwners[outside] = publicOwners[outside] ?? vpc
        }
        interfaceOfNode[ownerName] = interfaceOfNode[ownerName] ?? number
        if !interface.name.isEmpty { interfaceNamed[interface.name] = number }
    }

    // MARK: Security groups

    private mutating func ruleSet(of members: [Int]) -> Int {
        if let known = knownSets[members] { return known }
        ruleSets.append(
            RuleSet(
                groups: members, ingress: members.flatMap { rules(of: $0, groups[$0].model.ingress) },
                egress: members.flatMap { rules(of: $0, groups[$0].model.egress) }))
        knownSets[members] = ruleSets.count - 1
        return ruleSets.count - 1
    }

    private func rules(of group: Int, _ rules: [SecurityGroupRule]) -> [RuleSet.Rule] {
        rules.enumerated().map { position, rule in
            RuleSet.Rule(
                traffic: rule.traffic, peer: peer(rule.peer, seenFrom: groups[group].vpc), group: group,
                position: position)
        }
    }

    private func peer(_ peer: SecurityGroupRule.Peer, seenFrom vpc: Int) -> RuleSet.Peer {
        switch peer {
        case .cidr(let block): return .block(base: block.base.number, mask: block.netmask.number)
        case .securityGroup(let name):
            if let own = groupNumbers[vpc][name] { return .group(own, vpc: vpc) }
            let elsewhere = groupNumbers.indices.filter { groupNumbers[$0][name] != nil }
            for other in elsewhere where isPeered(vpc, other) {
                if let number = groupNumbers[other][name] { return .group(number, vpc: other) }
            }
            return .outside(elsewhere.first.flatMap { groupNumbers[$0][name] })
        }
    }

    private func isPeered(_ one: Int, _ other: Int) -> Bool {
        peerings.contains { $0.map { $0 == (one, other) || $0 == (other, one) } ?? false }
    }

    // MARK: Tables

    private mutating func addTables(of vpc: Int) {
        let model = lab.vpcs[vpc]
        var tables: [String: IndexedRoutes] = [:]
        for table in model.routeTables {
            tables[table.name] = IndexedRoutes(table, blocks: model.cidrBlocks) { action($0, in: vpc) }
        }
        var lists: [String: IndexedACL] = [:]
        for subnet in model.subnets {
            let list = model.networkACL(of: subnet)
            let acl = lists[list.name] ?? IndexedACL(list)
            lists[list.name] = acl
            subnets.append(IndexedSubnet(subnet, vpc: vpc, acl: acl, routes: tables[subnet.routeTable]))
        }
        vpcs[vpc].edgeRoutes = model.internetGateway?.routeTable.flatMap { tables[$0] }
        vpcs[vpc].endpointBlocks = model.endpoints.map { endpoint in
            guard case .gateway(let name) = endpoint.kind else { return [] }
            return lab.prefixLists.first { $0.name == name }?.blocks ?? []
        }
    }

    private func action(_ target: RouteTarget, in vpc: Int) -> IndexedRoutes.Action {
        let model = lab.vpcs[vpc]
        switch target {
        case .local: return .local
        case .blackhole: return .nowhere
        case .virtualPrivateGateway: return .virtualPrivateGateway
        case .internetGateway(let name): return model.internetGateway?.name == name ? .internetGateway : .nowhere
        case .natGateway(let name), .instance(let name):
            let found = interfaceNamed[name] ?? interfaceOfNode[name]
            return found.flatMap { interfaces[$0].vpc == vpc ? .interface($0) : nil } ?? .nowhere
        case .peering(let name):
            guard let position = lab.peerings.firstIndex(where: { $0.name == name }), let ends = peerings[position],
                ends.requester == vpc || ends.accepter == vpc
            else { return .nowhere }
            return .peering(position)
        case .transitGateway(let name):
            return lab.transitGateways.firstIndex { $0.name == name }.map { .transitGateway($0) } ?? .nowhere
        case .gatewayEndpoint(let name):
            let position = model.endpoints.firstIndex {
                if case .gateway = $0.kind { $0.name == name } else { false }
            }
            return position.map { .gatewayEndpoint($0) } ?? .nowhere
        }
    }
}
