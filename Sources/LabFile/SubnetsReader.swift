import CloudModel
import IPAddressing

/// The `subnets` section, and the route tables written inside it.
struct SubnetsReader {
    let routes: RoutesReader
    static let keys = ["cidr", "zone", "routes", "route-table", "network-acl", "auto-assign-public-ip"]

    func read(_ field: Field?, into vpc: inout VPC) {
        let hint = "for example `private-a: { cidr: 10.0.1.0/24, zone: a, routes: { 0.0.0.0/0: nat-a } }`"
        let main = vpc.routeTables.first(where: \.isMain)?.name ?? "rtb-main"
        for entry in field?.nouns(hint) ?? [] {
            guard
                let table = entry.field.table(
                    of: "the subnet `\(ObjectName.shown(entry.name))`", at: entry.origin, keys: Self.keys, hint: hint)
            else { continue }
            var tableName = table["route-table"]?.text("public") ?? main
            if let inline = table["routes"] {
                if table["route-table"] != nil {
                    table.source.error(
                        table.origin(of: "route-table"),
                        "the subnet `\(entry.name)` has both `routes` and `route-table`",
                        hint: "a subnet has one route table; keep one of them")
                }
                tableName = "rtb-\(entry.name)"
                vpc.routeTables.append(
                    RouteTable(name: tableName, routes: routes.read(inline), origin: table.origin(of: "routes")))
            }
            let zone = table["zone"]?.text("a") ?? vpc.zones.first ?? "a"
            guard let block = table.need("cidr", example: "10.0.1.0/24")?.block("10.0.1.0/24") else { continue }
            if table["auto-assign-public-ip"]?.boolean() == true {
                table.source.autoAssigningSubnets.insert(entry.origin)
            }
            vpc.subnets.append(
                Subnet(
                    name: entry.name, cidrBlock: block, zone: zone, routeTable: tableName,
                    networkACL: table["network-acl"]?.text("strict"), origin: entry.origin))
        }
    }

}
