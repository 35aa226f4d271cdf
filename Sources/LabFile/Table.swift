import CloudModel

/// A mapping whose keys are fixed by the format: a subnet, a check.
struct Table {
    /// What it describes, for messages: ``the subnet `private-a` ``.
    let what: String
    let origin: Origin
    let source: Source
    private let fields: [String: Entry]
    /// The known keys that are present, in file order.
    let present: [String]

    init(what: String, origin: Origin, entries: [Entry], keys: [String], source: Source) {
        self.what = what
        self.origin = origin
        self.source = source
        var fields: [String: Entry] = [:]
        var present: [String] = []
        for entry in entries {
            guard keys.contains(entry.name) else {
                let near = closest(to: entry.name.lowercased().replacingUnderscores, among: keys)
                let exact = keys.first { $0 == entry.name.lowercased().replacingUnderscores }
                let hint =
                    (exact ?? near).map { "did you mean `\($0)`?" } ?? "it knows: \(keys.joined(separator: ", "))"
                source.error(entry.origin, "\(what) has no key `\(ObjectName.shown(entry.name))`", hint: hint)
                continue
            }
            fields[entry.name] = entry
            present.append(entry.name)
        }
        self.fields = fields
        self.present = present
    }

    /// The value of a key; `nil` if it is absent. A key without a value counts as present.
    subscript(_ key: String) -> Field? { fields[key]?.field }

    /// Where the key itself stands.
    func origin(of key: String) -> Origin { fields[key]?.origin ?? origin }

    /// The value of a key that must be there.
    func need(_ key: String, example: String) -> Field? {
        guard let field = self[key] else {
            source.error(origin, "\(what) needs `\(key)`", hint: "for example `\(key): \(example)`")
            return nil
        }
        return field
    }

    func error(_ message: String, hint: String = "") { source.error(origin, message, hint: hint) }
}

extension String {
    /// `elastic_ip` is how other tools spell `elastic-ip`.
    fileprivate var replacingUnderscores: String { String(map { $0 == "_" ? "-" : $0 }) }
}
