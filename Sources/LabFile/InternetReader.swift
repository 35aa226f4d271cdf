import CloudModel
import IPAddressing

/// The `internet` section: the hosts outside.
enum InternetReader {
    static let keys = ["address", "names", "serves"]

    static func read(_ field: Field) -> [InternetHost] {
        let hint = "for example `mirror: { address: 198.51.100.10, names: [archive.ubuntu.com], serves: [apt] }`"
        return field.nouns(hint).compactMap { entry in
            guard
                let table = entry.field.table(
                    of: "the Internet host `\(ObjectName.shown(entry.name))`", at: entry.origin, keys: keys, hint: hint)
            else { return nil }
            let names = table["names"]?.items().compactMap { $0.text("archive.ubuntu.com") } ?? []
            let listeners = table["serves"].map(ListenersReader.read) ?? []
            guard let address = table.need("address", example: "198.51.100.10")?.address("198.51.100.10") else {
                return nil
            }
            return InternetHost(
                name: entry.name, address: address, dnsNames: names, listeners: listeners, origin: entry.origin)
        }
    }
}
