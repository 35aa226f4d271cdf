import Foundation

/// What `ip -j` and `nft -j` print, with keys one can ask for.
struct JSON {
    let value: Any

    static func list(_ text: String) throws -> [JSON] {
        let value = text.isEmpty ? [] : try JSONSerialization.jsonObject(with: Data(text.utf8))
        return (value as? [Any] ?? [value]).map { JSON(value: $0) }
    }

    static func object(_ text: String) throws -> JSON {
        JSON(value: try JSONSerialization.jsonObject(with: Data(text.utf8)))
    }

    subscript(key: String) -> JSON? { (value as? [String: Any])?[key].map { JSON(value: $0) } }
    subscript(index: Int) -> JSON? { items.indices.contains(index) ? items[index] : nil }
    var items: [JSON] { (value as? [Any] ?? []).map { JSON(value: $0) } }
    var keys: [String] { (value as? [String: Any])?.keys.sorted() ?? [] }
    var text: String? { value as? String }
    var number: Int? { (value as? NSNumber)?.intValue }
    var strings: [String] { items.compactMap(\.text) }

    /// One line with sorted keys, equal for equal values.
    var line: String {
        let data = try? JSONSerialization.data(
            withJSONObject: value, options: [.sortedKeys, .fragmentsAllowed, .withoutEscapingSlashes])
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "\(value)"
    }

    /// The same without some keys, however deep they stand.
    func without(_ keys: Set<String>) -> JSON {
        if let object = value as? [String: Any] {
            let kept = object.filter { !keys.contains($0.key) }.mapValues { JSON(value: $0).without(keys).value }
            return JSON(value: kept)
        }
        if let list = value as? [Any] { return JSON(value: list.map { JSON(value: $0).without(keys).value }) }
        return self
    }
}
