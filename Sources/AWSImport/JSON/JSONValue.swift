/// A value of a JSON text, with the place where it begins.
struct JSONValue {
    enum Content {
        case null
        case bool(Bool)
        /// As it is written: no rounding.
        case number(String)
        case string(String)
        case list([JSONValue])
        /// In the order of the text; of two members with one key the later counts.
        case object([Member])
    }

    struct Member {
        let key: String
        let value: JSONValue
    }

    let content: Content
    /// From 1.
    let line: Int
    /// In bytes, from 1.
    let column: Int

    var isNull: Bool { if case .null = content { true } else { false } }

    /// `null`, an empty list or object, an empty text.
    var saysNothing: Bool {
        switch content {
        case .null: true
        case .string(let text): text.isEmpty
        case .list(let values): values.isEmpty
        case .object(let members): members.isEmpty
        case .bool, .number: false
        }
    }

    /// Something else at the same place.
    func with(_ content: Content) -> JSONValue { JSONValue(content: content, line: line, column: column) }

    /// What it is, for messages.
    var kind: String {
        switch content {
        case .null: "null"
        case .bool: "true or false"
        case .number: "a number"
        case .string: "text"
        case .list: "a list"
        case .object: "an object"
        }
    }
}
