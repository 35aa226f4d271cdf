import CloudModel
import IPAddressing
import Yams

/// Routes: destination to the name of what stands in the VPC.
struct RoutesReader {
    let source: Source
    private let vpcBlocks: [CIDRBlock]
    private let gateway: String?
    /// The names in the file, whether their objects could be read or not.
    private let natGateways: Set<String>
    private let instances: Set<String>

    init(vpc: VPC, table: Table) {
        source = table.source
        vpcBlocks = vpc.cidrBlocks
        gateway = vpc.internetGateway?.name
        natGateways = Self.names(table["nat-gateways"])
        instances = Self.names(table["instances"])
    }

    private static func names(_ field: Field?) -> Set<String> {
        Set((field?.node.mapping ?? [:]).compactMap { $0.key.scalar?.string })
    }

    func read(_ field: Field) -> [Route] {
        field.entries(hint: "for example `routes: { 0.0.0.0/0: igw }`").compactMap { entry in
            let key = Field(name: "destination", node: entry.key, source: source)
            guard let destination = key.block("0.0.0.0/0"), let name = entry.field.text("igw") else { return nil }
            if name == "local", vpcBlocks.contains(destination) { return nil }
            guard let target = target(name) else {
                report(name, at: entry.field)
                return nil
            }
            return Route(destination: destination, target: target, origin: entry.origin)
        }
    }

    private func target(_ name: String) -> RouteTarget? {
        if name == gateway { return .internetGateway(name) }
        if natGateways.contains(name) { return .natGateway(name) }
        if instances.contains(name) { return .instance(name) }
        return name == "blackhole" ? .blackhole : nil
    }

    private func report(_ name: String, at field: Field) {
        if name == "local" {
            return field.error(
                "only the VPC's own block has the target `local`", hint: "the local route is in every table by itself")
        }
        let known = (gateway.map { [$0] } ?? []) + natGateways.sorted() + instances.sorted() + ["blackhole"]
        let looksLikeGateway = gateway == nil && name.hasPrefix("igw")
        field.error(
            "the route target `\(ObjectName.shown(name))` does not exist in this VPC",
            hint: looksLikeGateway
                ? "add `internet-gateway: \(name)` at the top level"
                : source.near(name, among: known, listing: "a target is one of"))
    }
}

/// The `route-tables` section.
struct RouteTablesReader {
    let routes: RoutesReader
    static let keys = ["main", "routes"]

    func read(_ field: Field?) -> [RouteTable] {
        let hint = "for example `route-tables: { public: { routes: { 0.0.0.0/0: igw } } }`"
        var tables = (field?.nouns(hint) ?? []).compactMap { entry -> RouteTable? in
            guard
                let table = entry.field.table(
                    of: "the route table `\(ObjectName.shown(entry.name))`", at: entry.origin, keys: Self.keys,
                    hint: hint)
            else { return nil }
            return RouteTable(
                name: entry.name, isMain: table["main"]?.boolean() ?? false,
                routes: table["routes"].map(routes.read) ?? [], origin: entry.origin)
        }
        if !tables.contains(where: \.isMain) { tables.append(RouteTable(name: "rtb-main", isMain: true)) }
        return tables
    }
}
