import CloudModel
import IPAddressing
import Yams

/// Routes: destination to the name of what stands in the VPC, or joins it to others.
struct RoutesReader {
    let source: Source
    private let vpcBlocks: [CIDRBlock]
    private let gateway: String?
    private let connections: Connections
    /// The names in the file, whether their objects could be read or not.
    private let natGateways: Set<String>
    private let instances: Set<String>
    private let endpoints: Set<String>

    init(vpc: VPC, table: Table, connections: Connections) {
        source = table.source
        vpcBlocks = vpc.cidrBlocks
        gateway = vpc.internetGateway?.name
        self.connections = connections
        natGateways = Connections.names(table["nat-gateways"])
        instances = Connections.names(table["instances"])
        endpoints = Connections.names(table["endpoints"])
    }

    func read(_ field: Field) -> [Route] {
        field.entries(hint: "for example `routes: { 0.0.0.0/0: igw }`").flatMap { entry -> [Route] in
            guard let name = entry.field.text("igw") else { return [] }
            if let list = connections.prefixLists.first(where: { $0.name == entry.name }) {
                return routes(entry, to: list.blocks, list: list.name, name)
            }
            let key = Field(name: "destination", node: entry.key, source: source)
            guard let destination = block(key) else { return [] }
            if name == "local", vpcBlocks.contains(destination) { return [] }
            return routes(entry, to: [destination], list: nil, name)
        }
    }

    /// A word without dots can only be a prefix list.
    private func block(_ key: Field) -> CIDRBlock? {
        let lists = connections.prefixLists.map(\.name)
        if !lists.isEmpty, let text = key.bareText, !text.isEmpty, !text.contains("."), !text.contains(":"),
            !text.contains("/")
        {
            key.error(
                "there is no prefix list named `\(ObjectName.shown(text))`",
                hint: source.near(text, among: lists, listing: "there are"))
            return nil
        }
        return key.block("0.0.0.0/0")
    }

    private func routes(_ entry: Entry, to blocks: [CIDRBlock], list: String?, _ name: String) -> [Route] {
        guard let target = target(name) else {
            report(name, at: entry.field)
            return []
        }
        return blocks.map { Route(destination: $0, target: target, prefixList: list, origin: entry.origin) }
    }

    private func target(_ name: String) -> RouteTarget? {
        if name == gateway { return .internetGateway(name) }
        if natGateways.contains(name) { return .natGateway(name) }
        if instances.contains(name) { return .instance(name) }
        if endpoints.contains(name) { return .gatewayEndpoint(name) }
        if connections.peerings.contains(name) { return .peering(name) }
        if connections.transitGateways.contains(name) { return .transitGateway(name) }
        return name == "blackhole" ? .blackhole : nil
    }

    private func report(_ name: String, at field: Field) {
        if name == "local" {
            return field.error(
                "only the VPC's own block has the target `local`", hint: "the local route is in every table by itself")
        }
        let known =
            (gateway.map { [$0] } ?? []) + natGateways.sorted() + instances.sorted() + endpoints.sorted()
            + connections.peerings.sorted() + connections.transitGateways.sorted() + ["blackhole"]
        let looksLikeGateway = gateway == nil && name.hasPrefix("igw")
        field.error(
            "the route target `\(ObjectName.shown(name))` does not exist in this VPC",
            hint: looksLikeGateway
                ? "add `internet-gateway: \(name)` at the top level"
                : source.near(name, among: known, listing: "a target is one of"))
    }
}
