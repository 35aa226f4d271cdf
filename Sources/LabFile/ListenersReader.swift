import CloudModel

/// What a node answers: `{ http: 8080 }`, `[apt, { tcp: [22, 2222] }]`, or the bare word `dns`.
enum ListenersReader {
    static let kinds = Listener.Kind.allCases.map(\.rawValue)

    static func read(_ field: Field) -> [Listener] {
        field.items().flatMap { item -> [Listener] in
            if item.isMapping {
                return item.entries(hint: "for example { http: 8080 }").flatMap { entry in
                    kind(entry.name, at: entry.origin, source: field.source).map { listeners($0, on: entry.field) }
                        ?? []
                }
            }
            guard let word = item.text("http") else { return [] }
            guard let kind = kind(word, at: item.origin, source: field.source) else { return [] }
            guard let port = kind.usualPort else {
                item.error("`\(word)` has no usual port", hint: "for example `{ \(word): 22 }`")
                return []
            }
            return [Listener(kind: kind, port: port)]
        }
    }

    private static func kind(_ word: String, at origin: Origin, source: Source) -> Listener.Kind? {
        if let kind = Listener.Kind(rawValue: word) { return kind }
        source.error(
            origin, "there is no server called `\(ObjectName.shown(word))`",
            hint: source.near(word, among: kinds, listing: "there are"))
        return nil
    }

    private static func listeners(_ kind: Listener.Kind, on field: Field) -> [Listener] {
        if field.isNull, let port = kind.usualPort { return [Listener(kind: kind, port: port)] }
        if field.isNull || field.isMapping {
            field.wrongType("a port", hint: "for example `{ \(kind.rawValue): 8080 }`")
            return []
        }
        return field.items().compactMap { $0.port() }.map { Listener(kind: kind, port: $0) }
    }
}

extension Listener.Kind {
    /// The port everyone expects it on; none for plain TCP.
    var usualPort: UInt16? {
        switch self {
        case .http, .apt: 80
        case .dns: 53
        case .https, .registry: 443
        case .ssh: 22
        case .udp: 7
        case .iperf3: 5201
        case .tcp: nil
        }
    }
}
