import CloudModel
import IPAddressing

extension LabWriter {
    mutating func transitGateways(_ gateways: [TransitGateway]) {
        guard !gateways.isEmpty else { return }
        add(0, "transit-gateways:")
        for gateway in gateways {
            add(1, "\(YAMLText.quoted(gateway.name)):")
            section(2, "attachments", gateway.attachments.map { ($0.name, Self.text($0)) })
            add(2, "route-tables:" + (gateway.routeTables.isEmpty ? " {}" : ""))
            for table in gateway.routeTables { add(3, "\(YAMLText.quoted(table.name)): \(Self.text(table))") }
        }
    }

    private static func text(_ attachment: TransitGatewayAttachment) -> String {
        let resource: [(key: String, value: String?)] =
            switch attachment.resource {
            case .vpc(let name, let subnets):
                [("vpc", YAMLText.quoted(name)), ("subnets", YAMLText.list(subnets.map(YAMLText.quoted)))]
            case .peering(let name): [("peering", YAMLText.quoted(name))]
            case .outside(let name): [("outside", YAMLText.quoted(name))]
            }
        let prefixes = attachment.prefixes.map(\.description)
        return YAMLText.mapping(
            resource + [
                ("route-table", attachment.routeTable.map(YAMLText.quoted)),
                ("prefixes", prefixes.isEmpty ? nil : YAMLText.list(prefixes)),
            ])
    }

    private static func text(_ table: TransitGatewayRouteTable) -> String {
        let routes = table.routes.map { route -> (key: String, value: String?) in
            (route.destination.description, YAMLText.quoted(route.attachment ?? "blackhole"))
        }
        return YAMLText.mapping([
            ("routes", routes.isEmpty ? nil : YAMLText.mapping(routes)), ("propagates", names(table.propagations)),
        ])
    }
}
