import CloudModel
import IPAddressing

/// A VPC and all that stands in it. Its sections are keys of the top level, where a lab has one VPC; a file with
/// several will hold the same sections below each VPC's name.
struct VPCReader {
    let table: Table

    static let sections = [
        "vpc", "internet-gateway", "route-tables", "subnets", "nat-gateways", "security-groups", "instances",
    ]
    static let keys = ["name", "cidr", "zones"]

    func read() -> VPC {
        var vpc = readBlock()
        if let field = table["internet-gateway"], let name = field.text("igw") {
            vpc.internetGateway = InternetGateway(name: name, origin: field.origin)
            table.source.declaredNames.insert(name)
        }
        let gateways = NATGatewaysReader.read(table["nat-gateways"])
        let instances = InstancesReader.read(table["instances"])
        let routes = RoutesReader(vpc: vpc, table: table)
        vpc.routeTables = RouteTablesReader(routes: routes).read(table["route-tables"])
        SubnetsReader(routes: routes).read(table["subnets"], into: &vpc)
        vpc.securityGroups = SecurityGroupsReader.read(table["security-groups"])

        var free = FreeAddresses(subnets: vpc.subnets, taken: (gateways.map(\.place) + instances.map(\.place)))
        vpc.natGateways = gateways.compactMap { draft in
            guard let address = draft.place.address ?? free.take(for: draft.place, source: table.source) else {
                return nil
            }
            var gateway = draft.gateway
            gateway.privateAddress = address
            return gateway
        }
        vpc.instances = instances.compactMap { draft in
            guard let address = draft.place.address ?? free.take(for: draft.place, source: table.source) else {
                return nil
            }
            var instance = draft.instance
            instance.interface.privateAddress = address
            return instance
        }
        giveDefaultGroup(to: &vpc)
        return vpc
    }

    private func readBlock() -> VPC {
        guard
            let field = table.need("vpc", example: "{ cidr: 10.0.0.0/16, zones: [a] }"),
            let block = field.table(
                of: "the VPC", at: table.origin(of: "vpc"), keys: Self.keys,
                hint: "for example `vpc: { cidr: 10.0.0.0/16 }`")
        else { return VPC(name: "vpc", cidrBlocks: [], origin: table.origin(of: "vpc")) }
        let blocks = block.need("cidr", example: "10.0.0.0/16")
        if let blocks, blocks.items().isEmpty { blocks.wrongType("a CIDR block", hint: "for example 10.0.0.0/16") }
        return VPC(
            name: block["name"]?.text("vpc") ?? "vpc",
            cidrBlocks: blocks?.items().compactMap { $0.block("10.0.0.0/16") } ?? [],
            zones: block["zones"]?.items().compactMap { $0.text("a") } ?? ["a"],
            origin: block.origin)
    }

    /// An interface that names no group is in the VPC's default group, which AWS makes with the VPC.
    private func giveDefaultGroup(to vpc: inout VPC) {
        let without = vpc.instances.indices.filter { vpc.instances[$0].interface.securityGroups.isEmpty }
        guard !without.isEmpty else { return }
        for index in without { vpc.instances[index].interface.securityGroups = ["default"] }
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
