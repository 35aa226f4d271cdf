import CloudModel
import IPAddressing

/// A network interface: of an instance itself, or one of its `interfaces`.
enum InterfaceReader {
    static let keys = [
        "subnet", "address", "elastic-ip", "public-ip", "secondary-addresses", "security-groups", "source-dest-check",
        "eni",
    ]

    /// An interface whose address may still have to be found.
    struct Draft {
        var interface: NetworkInterface
        let place: InterfacePlace
    }

    static func read(_ table: Table, name: String, at origin: Origin) -> Draft? {
        let groups = table["security-groups"]?.items().compactMap { $0.text("app") } ?? []
        let address = table["address"]?.address("10.0.1.10")
        let elasticIP = table["elastic-ip"]?.address("203.0.113.20")
        if let field = table["public-ip"], let word = field.word(["auto", "none"]) {
            if elasticIP != nil {
                field.error(
                    "`\(ObjectName.shown(name))` has both `elastic-ip` and `public-ip`",
                    hint: "an Elastic IP takes the place of an auto-assigned address; keep one of them")
            }
            table.source.publicAddressWishes[origin] = word == "auto"
        }
        let secondary = table["secondary-addresses"]?.items().compactMap(secondaryAddress) ?? []
        let id = table["eni"]?.text("eni-0123") ?? ""
        let check = table["source-dest-check"]?.boolean() ?? true
        guard let subnet = table.need("subnet", example: "private-a")?.text("private-a") else { return nil }
        return Draft(
            interface: NetworkInterface(
                name: id, subnet: subnet, privateAddress: IPv4Address(number: 0), publicAddress: elasticIP,
                secondaryAddresses: secondary, securityGroups: groups, sourceDestinationCheck: check),
            place: InterfacePlace(
                name: name, subnet: subnet, address: address, secondary: secondary.map(\.privateAddress),
                origin: origin))
    }

    /// `10.0.1.20`, or `{ address: 10.0.1.20, elastic-ip: 203.0.113.21 }`.
    private static func secondaryAddress(_ field: Field) -> SecondaryAddress? {
        guard field.isMapping else {
            return field.address("10.0.1.20").map { SecondaryAddress(privateAddress: $0) }
        }
        let hint = "for example `{ address: 10.0.1.20, elastic-ip: 203.0.113.21 }`"
        guard
            let table = field.table(of: "a secondary address", keys: ["address", "elastic-ip"], hint: hint),
            let address = table.need("address", example: "10.0.1.20")?.address("10.0.1.20")
        else { return nil }
        return SecondaryAddress(
            privateAddress: address, publicAddress: table["elastic-ip"]?.address("203.0.113.21"))
    }
}
