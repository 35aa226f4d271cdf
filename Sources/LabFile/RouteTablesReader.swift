import CloudModel

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
