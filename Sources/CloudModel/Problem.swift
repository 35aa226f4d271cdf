/// Something wrong, or doubtful, in what the user described.
public struct Problem: Error, Hashable, Sendable {
    public enum Severity: String, Sendable { case error, warning }

    public let severity: Severity
    public let origin: Origin
    /// One sentence in AWS words.
    public let message: String
    /// What to do about it; empty if nothing useful can be said.
    public let hint: String

    public init(_ severity: Severity, _ origin: Origin, _ message: String, hint: String = "") {
        self.severity = severity
        self.origin = origin
        self.message = message
        self.hint = hint
    }
}
