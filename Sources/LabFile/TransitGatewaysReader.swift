import CloudModel
import IPAddressing

/// The `transit-gateways` section. A gateway that lists no route tables has AWS's default one: every attachment is
/// associated with it, every VPC appears in it.
enum TransitGatewaysReader {
    static let keys = ["attachments", "route-tables"]
    static let attachmentKeys = ["vpc", "subnets", "peering", "outside", "route-table", "prefixes"]
    static let tableKeys = ["routes", "propagates"]
    private static let hint = "for example `tgw: { attachments: { a: { vpc: a, subnets: [tgw-a] } } }`"

    static func read(_ field: Field?) -> [TransitGateway] {
        (field?.nouns(hint) ?? []).compactMap { entry in
            guard
                let table = entry.field.table(
                    of: "the transit gateway `\(ObjectName.shown(entry.name))`", at: entry.origin, keys: keys,
                    hint: hint)
            else { return nil }
            var gateway = TransitGateway(name: entry.name, origin: entry.origin)
            gateway.attachments = table["attachments"]?.nouns(hint).compactMap(attachment) ?? []
            if let tables = table["route-tables"] {
                gateway.routeTables = tables.nouns("for example `main: { propagates: [a, b] }`").compactMap(routeTable)
            } else {
                giveDefaultTable(to: &gateway)
            }
            return gateway
        }
    }

    private static func giveDefaultTable(to gateway: inout TransitGateway) {
        for index in gateway.attachments.indices { gateway.attachments[index].routeTable = "default" }
        gateway.routeTables = [
            TransitGatewayRouteTable(
                name: "default", propagations: gateway.attachments.filter { $0.vpc != nil }.map(\.name),
                origin: gateway.origin)
        ]
    }

    private static func attachment(_ entry: Entry) -> TransitGatewayAttachment? {
        let what = "the attachment `\(ObjectName.shown(entry.name))`"
        guard
            let table = entry.field.table(
                of: what, at: entry.origin, keys: attachmentKeys, hint: "for example `{ vpc: a, subnets: [tgw-a] }`")
        else { return nil }
        let kinds = ["vpc", "peering", "outside"].filter { table[$0] != nil }
        guard kinds.count == 1, let kind = kinds.first else {
            table.error(
                kinds.isEmpty ? "\(what) is tied to nothing" : "\(what) is tied to \(kinds.joined(separator: " and "))",
                hint: "it has one of vpc, peering (another transit gateway) or outside (a VPN, Direct Connect)")
            return nil
        }
        guard let name = table[kind]?.text("a") else { return nil }
        if kind != "vpc", table["subnets"] != nil {
            table.source.error(
                table.origin(of: "subnets"), "only the attachment of a VPC has `subnets`", hint: "remove them")
        }
        let resource: TransitGatewayAttachment.Resource
        switch kind {
        case "vpc":
            let subnets = table.need("subnets", example: "[tgw-a]")?.items().compactMap { $0.text("tgw-a") }
            resource = .vpc(name, subnets: subnets ?? [])
        case "peering": resource = .peering(name)
        default: resource = .outside(name)
        }
        return TransitGatewayAttachment(
            name: entry.name, resource: resource, routeTable: table["route-table"]?.text("main"),
            prefixes: table["prefixes"]?.items().compactMap { $0.block("172.16.0.0/16") } ?? [], origin: entry.origin)
    }

    private static func routeTable(_ entry: Entry) -> TransitGatewayRouteTable? {
        let hint = "for example `main: { routes: { 0.0.0.0/0: egress }, propagates: [a, b] }`"
        guard
            let table = entry.field.table(
                of: "the transit gateway route table `\(ObjectName.shown(entry.name))`", at: entry.origin,
                keys: tableKeys, hint: hint)
        else { return nil }
        let routes =
            table["routes"]?.entries(hint: hint).compactMap { line -> TransitGatewayRoute? in
                let key = Field(name: "destination", node: line.key, source: line.field.source)
                guard let block = key.block("0.0.0.0/0"), let target = line.field.text("egress") else { return nil }
                return TransitGatewayRoute(
                    destination: block, attachment: target == "blackhole" ? nil : target, origin: line.origin)
            } ?? []
        return TransitGatewayRouteTable(
            name: entry.name, routes: routes,
            propagations: table["propagates"]?.items().compactMap { $0.text("a") } ?? [], origin: entry.origin)
    }
}
