/// Why a lab could not be brought up, found or used, in words for the person at the terminal.
public struct LabRunnerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Whose turn it is.
    public enum Kind: Hashable, Sendable {
        /// The user's: a name, a file, a state of affairs. Exit code 2.
        case input
        /// The machine's: permission, a missing program, the kernel. Exit code 3.
        case system
        /// Somebody pressed Ctrl-C. Exit code 130.
        case interrupted
    }

    public let kind: Kind
    public let message: String
    /// What to do next; empty if nothing useful can be said.
    public let hint: String
    /// What also went wrong while cleaning up; never hides the message.
    public let later: [String]

    public init(_ kind: Kind, _ message: String, hint: String = "", later: [String] = []) {
        self.kind = kind
        self.message = message
        self.hint = hint
        self.later = later
    }

    public var description: String {
        var lines = [message]
        if !hint.isEmpty { lines.append("hint: \(hint)") }
        lines += later.map { "and while cleaning up: \($0)" }
        return lines.joined(separator: "\n")
    }
}
