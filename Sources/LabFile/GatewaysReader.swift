import CloudModel

/// The gateways at a VPC's border: `internet-gateway`, `virtual-private-gateway`, `egress-only-internet-gateways`.
enum GatewaysReader {
    static let internetKeys = ["name", "route-table"]
    static let privateKeys = ["name", "prefixes", "bgp"]

    static func read(_ table: Table, into vpc: inout VPC) {
        if let field = table["internet-gateway"], let gateway = internetGateway(field) {
            vpc.internetGateway = gateway
            table.source.declaredNames.insert(gateway.name)
        }
        if let field = table["virtual-private-gateway"], let gateway = privateGateway(field) {
            vpc.virtualPrivateGateway = gateway
            table.source.declaredNames.insert(gateway.name)
        }
        vpc.egressOnlyInternetGateways =
            table["egress-only-internet-gateways"]?.items().compactMap { $0.text("eigw") } ?? []
    }

    /// `igw`, or `{ name: igw, route-table: edge }`.
    private static func internetGateway(_ field: Field) -> InternetGateway? {
        guard field.isMapping else {
            return field.text("igw").map { InternetGateway(name: $0, origin: field.origin) }
        }
        let hint = "for example { name: igw, route-table: edge }"
        guard let table = field.table(of: "the Internet gateway", keys: internetKeys, hint: hint),
            let name = table.need("name", example: "igw")?.text("igw")
        else { return nil }
        return InternetGateway(name: name, routeTable: table["route-table"]?.text("edge"), origin: field.origin)
    }

    /// `vgw`, or `{ name: vgw, prefixes: [172.16.0.0/16], bgp: true }`.
    private static func privateGateway(_ field: Field) -> VirtualPrivateGateway? {
        guard field.isMapping else {
            return field.text("vgw").map { VirtualPrivateGateway(name: $0, origin: field.origin) }
        }
        let hint = "for example { name: vgw, prefixes: [172.16.0.0/16] }"
        guard let table = field.table(of: "the virtual private gateway", keys: privateKeys, hint: hint),
            let name = table.need("name", example: "vgw")?.text("vgw")
        else { return nil }
        let prefixes = table["prefixes"]?.items().compactMap { $0.block("172.16.0.0/16") } ?? []
        return VirtualPrivateGateway(
            name: name, prefixes: prefixes, learnsRoutes: table["bgp"]?.boolean(), origin: field.origin)
    }
}
