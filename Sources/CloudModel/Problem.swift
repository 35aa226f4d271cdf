/// Something wrong, or doubtful, in what the user described.
public struct Problem: Error, Hashable, Sendable {
    public enum Severity: String, Sendable { case error, warning }

    public let severity: Severity
    public let origin: Origin
    /// The key of the object at `origin` that is to blame, as the lab file spells it; empty for the object itself.
    public let field: String
    /// One sentence in AWS words.
    public let message: String
    /// What to do about it; empty if nothing useful can be said.
    public let hint: String

    public init(_ severity: Severity, _ origin: Origin, _ message: String, hint: String = "", field: String = "") {
        self.severity = severity
        self.origin = origin
        self.field = field
        self.message = message
        self.hint = hint
    }

    /// `file:line:column: error: message`, and the hint on an indented line of its own.
    public var rendered: String {
        let place = origin == .none ? "" : origin.line == 0 ? "\(origin.file): " : "\(origin): "
        let first = "\(place)\(severity.rawValue): \(message)"
        return hint.isEmpty ? first : "\(first)\n    hint: \(hint)"
    }
}

extension Problem: Comparable {
    /// In the order of the file; at one place, by what they say.
    public static func < (left: Self, right: Self) -> Bool {
        (left.origin.line, left.origin.column, left.severity.rawValue, left.message)
            < (right.origin.line, right.origin.column, right.severity.rawValue, right.message)
    }
}
