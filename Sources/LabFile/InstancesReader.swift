import CloudModel
import IPAddressing

/// The `instances` section.
enum InstancesReader {
    static let keys = InterfaceReader.keys + ["interfaces", "listens", "containers", "metadata-hop-limit"]

    /// An instance whose addresses may still have to be found.
    struct Draft {
        let name: String
        let interfaces: [InterfaceReader.Draft]
        let listeners: [Listener]
        var launch: TaskLaunch?
        var containers: [Container] = []
        var metadataHopLimit = 1
        let origin: Origin

        var places: [InterfacePlace] { interfaces.map(\.place) }

        func placed(_ free: inout FreeAddresses, source: Source) -> Instance? {
            var placed: [NetworkInterface] = []
            for draft in interfaces {
                guard let address = free.address(for: draft.place, source: source) else { return nil }
                var interface = draft.interface
                interface.privateAddress = address
                placed.append(interface)
            }
            guard let first = placed.first else { return nil }
            return Instance(
                name: name, interface: first, secondaryInterfaces: Array(placed.dropFirst()), listeners: listeners,
                launch: launch, containers: containers, metadataHopLimit: metadataHopLimit, origin: origin)
        }
    }

    static func read(_ field: Field?) -> [Draft] {
        let hint = "for example `app: { subnet: private-a, address: 10.0.1.10, security-groups: [app] }`"
        return (field?.nouns(hint) ?? []).compactMap { entry in
            guard
                let table = entry.field.table(
                    of: "the instance `\(ObjectName.shown(entry.name))`", at: entry.origin, keys: keys, hint: hint)
            else { return nil }
            let first = InterfaceReader.read(table, name: entry.name, at: entry.origin)
            let others = table["interfaces"]?.items().compactMap { interface($0, of: entry.name) } ?? []
            let listeners = table["listens"].map(ListenersReader.read) ?? []
            let containers = ContainersReader.read(table["containers"])
            let hopLimit = table["metadata-hop-limit"]?.integer(1...64) ?? 1
            guard let first else { return nil }
            return Draft(
                name: entry.name, interfaces: [first] + others, listeners: listeners, containers: containers,
                metadataHopLimit: hopLimit, origin: entry.origin)
        }
    }

    private static func interface(_ field: Field, of name: String) -> InterfaceReader.Draft? {
        let what = "an interface of `\(ObjectName.shown(name))`"
        return field.table(of: what, keys: InterfaceReader.keys, hint: "for example `{ subnet: private-b }`").flatMap {
            InterfaceReader.read($0, name: name, at: field.origin)
        }
    }
}
