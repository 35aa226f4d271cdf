import CloudModel
import IPAddressing

/// The `instances` section.
enum InstancesReader {
    static let keys = ["subnet", "address", "elastic-ip", "security-groups", "source-dest-check", "listens"]

    /// An instance whose address may still have to be found.
    struct Draft {
        let instance: Instance
        let place: InterfacePlace
    }

    static func read(_ field: Field?) -> [Draft] {
        let hint = "for example `app: { subnet: private-a, address: 10.0.1.10, security-groups: [app] }`"
        return (field?.nouns(hint) ?? []).compactMap { entry in
            guard
                let table = entry.field.table(
                    of: "the instance `\(ObjectName.shown(entry.name))`", at: entry.origin, keys: keys, hint: hint)
            else { return nil }
            let groups = table["security-groups"]?.items().compactMap { $0.text("app") } ?? []
            let address = table["address"]?.address("10.0.1.10")
            let elasticIP = table["elastic-ip"]?.address("203.0.113.20")
            let check = table["source-dest-check"]?.boolean() ?? true
            let listeners = table["listens"].map(ListenersReader.read) ?? []
            guard let subnet = table.need("subnet", example: "private-a")?.text("private-a") else { return nil }
            let interface = NetworkInterface(
                subnet: subnet, privateAddress: IPv4Address(number: 0), publicAddress: elasticIP,
                securityGroups: groups, sourceDestinationCheck: check)
            return Draft(
                instance: Instance(name: entry.name, interface: interface, listeners: listeners, origin: entry.origin),
                place: InterfacePlace(name: entry.name, subnet: subnet, address: address, origin: entry.origin))
        }
    }
}
