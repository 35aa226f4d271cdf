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
