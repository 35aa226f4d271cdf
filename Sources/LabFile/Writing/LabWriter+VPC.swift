import CloudModel
import IPAddressing

extension LabWriter {
    mutating func sections(of vpc: VPC, depth: Int) {
        gateways(of: vpc, depth: depth)
        section(depth, "route-tables", vpc.routeTables.map { ($0.name, text($0)) })
        section(depth, "network-acls", vpc.networkACLs.map { ($0.name, Self.text($0)) })
        section(depth, "subnets", vpc.subnets.map { ($0.name, Self.text($0)) })
        section(depth, "nat-gateways", vpc.natGateways.map { ($0.name, Self.text($0)) })
        section(depth, "security-groups", vpc.securityGroups.map { ($0.name, Self.text($0)) })
        section(depth, "endpoints", vpc.endpoints.map { ($0.name, Self.text($0)) })
        section(depth, "instances", vpc.instances.filter { !$0.isTask }.map { ($0.name, Self.text($0)) })
        section(depth, "tasks", vpc.instances.compactMap { task in Self.task(task).map { (task.name, $0) } })
        section(depth, "target-groups", vpc.targetGroups.map { ($0.name, Self.text($0)) })
        section(depth, "load-balancers", vpc.loadBalancers.map { ($0.name, Self.text($0)) })
    }

    private mutating func gateways(of vpc: VPC, depth: Int) {
        if let gateway = vpc.internetGateway {
            let name = YAMLText.quoted(gateway.name)
            let table = gateway.routeTable.map(YAMLText.quoted)
            let text = table == nil ? name : YAMLText.mapping([("name", name), ("route-table", table)])
            add(depth, "internet-gateway: \(text)")
        }
        if let gateway = vpc.virtualPrivateGateway {
            let prefixes = YAMLText.list(gateway.prefixes.map(\.description))
            let bgp = gateway.learnsRoutes == gateway.prefixes.isEmpty ? nil : "\(gateway.learnsRoutes)"
            let text = YAMLText.mapping([
                ("name", YAMLText.quoted(gateway.name)), ("prefixes", prefixes), ("bgp", bgp),
            ])
            add(depth, "virtual-private-gateway: \(text)")
        }
        if let names = Self.names(vpc.egressOnlyInternetGateways) {
            add(depth, "egress-only-internet-gateways: \(names)")
        }
    }

    private func text(_ table: RouteTable) -> String {
        YAMLText.mapping([("main", table.isMain ? "true" : nil), ("routes", routes(table.routes))])
    }

    /// A route to a prefix list stands once, for all its blocks; where the table has it for some of them only, these
    /// stand by themselves. A block stands once: the route that wins.
    private func routes(_ routes: [Route]) -> String {
        var own: [String: Set<CIDRBlock>] = [:]
        for route in routes { if let list = route.prefixList { own[list, default: []].insert(route.destination) } }
        let whole = Set(own.keys.filter { name in own[name]?.isSuperset(of: blocks[name] ?? []) ?? false })
        var better = Set(routes.filter { $0.prefixList == nil && !$0.isPropagated }.map(\.destination))
        var lists: Set<String> = []
        var lines: [(key: String, value: String?)?] = routes.map { _ in nil }
        for (index, route) in routes.enumerated() where !route.isPropagated {
            let target = YAMLText.quoted(route.target.name)
            if let list = route.prefixList, whole.contains(list) {
                if lists.insert(list).inserted { lines[index] = (YAMLText.quoted(list), target) }
            } else if route.prefixList == nil || better.insert(route.destination).inserted {
                lines[index] = (route.destination.description, target)
            }
        }
        for (index, route) in routes.enumerated() where route.isPropagated && better.insert(route.destination).inserted
        {
            let pairs = [("to", YAMLText.quoted(route.target.name)), ("propagated", "true")]
            lines[index] = (route.destination.description, YAMLText.mapping(pairs))
        }
        return YAMLText.mapping(lines.compactMap { $0 })
    }

    private static func text(_ subnet: Subnet) -> String {
        YAMLText.mapping([
            ("cidr", subnet.cidrBlock.description), ("zone", YAMLText.quoted(subnet.zone)),
            ("route-table", YAMLText.quoted(subnet.routeTable)),
            ("network-acl", subnet.networkACL.map(YAMLText.quoted)),
        ])
    }

    private static func text(_ gateway: NATGateway) -> String {
        YAMLText.mapping([
            ("subnet", YAMLText.quoted(gateway.subnet)), ("address", gateway.privateAddress.description),
            ("elastic-ip", gateway.elasticIP?.description),
            ("connectivity", gateway.elasticIP == nil ? "private" : nil),
            ("misplaced", gateway.isMisplacedOnPurpose ? "on-purpose" : nil),
            ("idle-timeout", gateway.idleTimeout == NATGateway.idleTimeout ? nil : "\(gateway.idleTimeout)s"),
        ])
    }

    private static func text(_ endpoint: VPCEndpoint) -> String {
        let service = YAMLText.quoted(endpoint.service)
        guard case .gateway(let list) = endpoint.kind else {
            return YAMLText.mapping([
                ("type", "interface"), ("service", service),
                (
                    "subnets",
                    YAMLText.mapping(
                        endpoint.interfaces.map { (YAMLText.quoted($0.subnet), $0.privateAddress.description) })
                ), ("security-groups", names(endpoint.interfaces.first?.securityGroups ?? [])),
            ])
        }
        return YAMLText.mapping([("type", "gateway"), ("service", service), ("prefix-list", YAMLText.quoted(list))])
    }

    private static func text(_ instance: Instance) -> String {
        let others = instance.secondaryInterfaces.map { YAMLText.mapping(pairs($0)) }
        return YAMLText.mapping(
            pairs(instance.interface) + [
                ("interfaces", others.isEmpty ? nil : YAMLText.list(others)),
                ("listens", listeners(instance.listeners)),
                (
                    "containers",
                    instance.containers.isEmpty
                        ? nil : YAMLText.mapping(instance.containers.map { (YAMLText.quoted($0.name), text($0)) })
                ),
                ("metadata-hop-limit", instance.metadataHopLimit == 1 ? nil : "\(instance.metadataHopLimit)"),
            ])
    }

    private static func text(_ container: Container) -> String {
        YAMLText.mapping([
            ("network", container.network.rawValue), ("ports", names(container.publishedPorts.map(\.description))),
            ("listens", listeners(container.listeners)),
        ])
    }

    /// `nil` for an instance.
    private static func task(_ task: Instance) -> String? {
        guard let launch = task.launch else { return nil }
        let interface = task.interface
        return YAMLText.mapping([
            ("launch", launch.rawValue), ("subnet", YAMLText.quoted(interface.subnet)),
            ("address", interface.privateAddress.description),
            ("assign-public-ip", interface.publicAddress == nil ? nil : "ENABLED"),
            ("security-groups", names(interface.securityGroups)), ("listens", listeners(task.listeners)),
        ])
    }

    private static func pairs(_ interface: NetworkInterface) -> [(key: String, value: String?)] {
        let secondary = interface.secondaryAddresses.map {
            YAMLText.mapping([
                ("address", $0.privateAddress.description), ("elastic-ip", $0.publicAddress?.description),
            ])
        }
        return [
            ("eni", interface.name.isEmpty ? nil : YAMLText.quoted(interface.name)),
            ("subnet", YAMLText.quoted(interface.subnet)), ("address", interface.privateAddress.description),
            ("elastic-ip", interface.publicAddress?.description),
            ("secondary-addresses", secondary.isEmpty ? nil : YAMLText.list(secondary)),
            ("security-groups", names(interface.securityGroups)),
            ("source-dest-check", interface.sourceDestinationCheck ? nil : "false"),
        ]
    }
}
