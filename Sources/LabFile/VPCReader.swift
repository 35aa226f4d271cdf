import CloudModel
import IPAddressing

/// A VPC and all that stands in it. Its sections are keys of the top level, where a lab has one VPC; a file with
/// several holds the same sections below each VPC's name in `vpcs`.
struct VPCReader {
    let table: Table
    let connections: Connections
    /// The VPC's name where it is a key of `vpcs`; `nil` for the sections of the top level.
    var name: String?

    static let sections = [
        "internet-gateway", "virtual-private-gateway", "egress-only-internet-gateways", "route-tables", "subnets",
        "network-acls", "nat-gateways", "security-groups", "instances", "tasks", "endpoints", "target-groups",
        "load-balancers",
    ]
    static let topLevelSections = ["vpc"] + sections
    static let keys = ["name", "cidr", "zones", "account", "region"]
    static let keysInList = ["cidr", "zones", "account", "region"] + sections

    func read() -> VPC {
        var vpc = readBlock()
        GatewaysReader.read(table, into: &vpc)
        let gateways = NATGatewaysReader.read(table["nat-gateways"])
        let instances = InstancesReader.read(table["instances"]) + TasksReader.read(table["tasks"])
        let endpoints = EndpointsReader.read(table["endpoints"])
        let balancers = LoadBalancersReader.read(table["load-balancers"])
        vpc.targetGroups = TargetGroupsReader.read(table["target-groups"])
        let routes = RoutesReader(vpc: vpc, table: table, connections: connections)
        vpc.routeTables = RouteTablesReader(routes: routes).read(table["route-tables"])
        vpc.networkACLs = NetworkACLsReader.read(table["network-acls"])
        SubnetsReader(routes: routes).read(table["subnets"], into: &vpc)
        vpc.securityGroups = SecurityGroupsReader.read(
            table["security-groups"], prefixLists: connections.prefixLists)

        var free = FreeAddresses(
            subnets: vpc.subnets,
            taken: gateways.map(\.place) + instances.flatMap(\.places) + endpoints.flatMap(\.places)
                + balancers.flatMap(\.places))
        vpc.natGateways = gateways.compactMap { draft in
            free.address(for: draft.place, source: table.source).map { address in
                var gateway = draft.gateway
                gateway.privateAddress = address
                return gateway
            }
        }
        vpc.instances = instances.compactMap { $0.placed(&free, source: table.source) }
        vpc.endpoints = endpoints.compactMap { $0.placed(in: vpc, &free, source: table.source) }
        vpc.loadBalancers = balancers.compactMap { $0.placed(in: vpc, &free, source: table.source) }
        giveDefaultGroup(to: &vpc)
        return vpc
    }

    private func readBlock() -> VPC {
        if let name { return readBlock(table, named: name, at: table.origin) }
        guard
            let field = table.need("vpc", example: "{ cidr: 10.0.0.0/16, zones: [a] }"),
            let block = field.table(
                of: "the VPC", at: table.origin(of: "vpc"), keys: Self.keys,
                hint: "for example `vpc: { cidr: 10.0.0.0/16 }`")
        else { return VPC(name: "vpc", cidrBlocks: [], origin: table.origin(of: "vpc")) }
        return readBlock(block, named: block["name"]?.text("vpc") ?? "vpc", at: block.origin)
    }

    private func readBlock(_ block: Table, named name: String, at origin: Origin) -> VPC {
        let blocks = block.need("cidr", example: "10.0.0.0/16")
        if let blocks, blocks.items().isEmpty { blocks.wrongType("a CIDR block", hint: "for example 10.0.0.0/16") }
        return VPC(
            name: name, cidrBlocks: blocks?.items().compactMap { $0.block("10.0.0.0/16") } ?? [],
            zones: block["zones"]?.items().compactMap { $0.text("a") } ?? ["a"],
            account: block["account"]?.text("123456789012") ?? "",
            region: block["region"]?.text("us-east-1") ?? "", origin: origin)
    }

    /// An interface that names no group is in the VPC's default group, which AWS makes with the VPC.
    private func giveDefaultGroup(to vpc: inout VPC) {
        guard vpc.giveGroup("default") else { return }
        guard vpc.securityGroup("default") == nil else { return }
        vpc.securityGroups.append(
            SecurityGroup(
                name: "default",
                ingress: [
                    SecurityGroupRule(traffic: .all, peer: .securityGroup("default"), origin: vpc.origin)
                ],
                origin: vpc.origin))
    }
}

extension VPC {
    /// Puts every interface without a group into this one; whether there was any.
    fileprivate mutating func giveGroup(_ name: String) -> Bool {
        var found = false
        func give(_ interface: inout NetworkInterface) {
            guard interface.securityGroups.isEmpty else { return }
            interface.securityGroups = [name]
            found = true
        }
        for index in instances.indices {
            give(&instances[index].interface)
            for other in instances[index].secondaryInterfaces.indices {
                give(&instances[index].secondaryInterfaces[other])
            }
        }
        for index in loadBalancers.indices where loadBalancers[index].kind == .application {
            for node in loadBalancers[index].nodes.indices { give(&loadBalancers[index].nodes[node].interface) }
        }
        for index in endpoints.indices {
            guard case .interface(var interfaces) = endpoints[index].kind else { continue }
            for other in interfaces.indices { give(&interfaces[other]) }
            endpoints[index].kind = .interface(interfaces)
        }
        return found
    }
}
