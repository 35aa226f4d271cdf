import CloudModel
import IPAddressing

/// The `endpoints` section: private ways to services of AWS.
enum EndpointsReader {
    static let keys = ["type", "service", "prefix-list", "subnets", "security-groups"]

    /// An endpoint whose interfaces may still have to find their addresses.
    struct Draft {
        let name: String
        let service: String
        /// `nil` for an interface endpoint.
        let prefixList: String?
        let places: [InterfacePlace]
        let securityGroups: [String]
        let origin: Origin

        /// Interfaces are called `<endpoint>-<zone>`.
        func placed(in vpc: VPC, _ free: inout FreeAddresses, source: Source) -> VPCEndpoint? {
            if let prefixList {
                return VPCEndpoint(name: name, service: service, kind: .gateway(prefixList: prefixList), origin: origin)
            }
            var interfaces: [NetworkInterface] = []
            for place in places {
                guard let address = free.address(for: place, source: source) else { return nil }
                let zone = vpc.subnet(place.subnet)?.zone ?? "\(interfaces.count)"
                interfaces.append(
                    NetworkInterface(
                        name: "\(name)-\(zone)", subnet: place.subnet, privateAddress: address,
                        securityGroups: securityGroups))
            }
            return VPCEndpoint(name: name, service: service, kind: .interface(interfaces), origin: origin)
        }
    }

    static func read(_ field: Field?) -> [Draft] {
        let hint = "for example `s3: { type: gateway, prefix-list: pl-s3 }`"
        return (field?.nouns(hint) ?? []).compactMap { entry in
            guard
                let table = entry.field.table(
                    of: "the endpoint `\(ObjectName.shown(entry.name))`", at: entry.origin, keys: keys, hint: hint),
                let type = table.need("type", example: "gateway")?.word(["gateway", "interface"])
            else { return nil }
            let service = table["service"]?.text("com.amazonaws.us-east-1.s3")
            let other = type == "gateway" ? ["subnets", "security-groups"] : ["prefix-list"]
            for key in other where table[key] != nil {
                table.source.error(
                    table.origin(of: key),
                    "\(type == "gateway" ? "a gateway" : "an interface") endpoint has no `\(key)`",
                    hint: type == "gateway"
                        ? "it is reached by a route to its prefix list" : "it is reached by its private addresses")
            }
            var list: String?
            if type == "gateway" {
                guard let name = table.need("prefix-list", example: "pl-s3")?.text("pl-s3") else { return nil }
                list = name
            }
            return Draft(
                name: entry.name, service: service ?? "com.amazonaws.us-east-1.\(entry.name)", prefixList: list,
                places: type == "gateway" ? [] : places(table, entry),
                securityGroups: table["security-groups"]?.items().compactMap { $0.text("app") } ?? [],
                origin: entry.origin)
        }
    }

    /// `subnets: [private-a, private-b]`, or with addresses: `subnets: { private-a: 10.0.1.50 }`.
    private static func places(_ table: Table, _ entry: Entry) -> [InterfacePlace] {
        guard let field = table.need("subnets", example: "[private-a]") else { return [] }
        if field.isMapping {
            return field.entries(hint: "for example { private-a: 10.0.1.50 }").map {
                InterfacePlace(
                    name: entry.name, subnet: $0.name, address: $0.field.address("10.0.1.50"), origin: entry.origin)
            }
        }
        if field.items().isEmpty { field.wrongType("a list of subnets", hint: "for example `subnets: [private-a]`") }
        return field.items().compactMap { item in
            item.text("private-a").map {
                InterfacePlace(name: entry.name, subnet: $0, address: nil, origin: entry.origin)
            }
        }
    }
}
