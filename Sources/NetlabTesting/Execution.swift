/// A program that ran to its end.
public struct Execution: Hashable, Sendable, CustomStringConvertible {
    /// What was run, in words for messages.
    public let command: [String]
    /// The exit status; 128 and the signal's number if a signal ended it, as shells say.
    public let status: Int32
    public let stdout: String
    public let stderr: String

    public var succeeded: Bool { status == 0 }

    public var description: String {
        var text = "\(command.joined(separator: " ")): exit status \(status)"
        if !stdout.isEmpty { text += "\nstdout: \(stdout)" }
        if !stderr.isEmpty { text += "\nstderr: \(stderr)" }
        return text
    }
}

/// A program that had to succeed and did not, or did not come to its end.
public struct ExecutionFailure: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }

    /// The whole story of what was run.
    public init(_ execution: Execution) { self.init(execution.description) }
}

extension Execution {
    /// Its standard output, if it succeeded.
    ///
    /// - Throws: `ExecutionFailure` with everything it printed.
    @discardableResult
    public func output() throws -> String {
        guard succeeded else { throw ExecutionFailure(self) }
        return stdout
    }
}
