public import LinuxSystem

/// The step at which a user's namespaces could not be made or joined, and the kernel's reason.
public struct RootlessRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The system call, e.g. `unshare CLONE_NEWUSER`; `lab` when all of them went well and a lab did not.
    public let step: String
    /// 0 if the kernel gave no number.
    public let errno: Int32
    /// The whole sentence.
    public let text: String

    public init(step: String, errno: Int32 = 0, text: String) {
        self.step = step
        self.errno = errno
        self.text = text
    }

    public init(_ error: SystemError) {
        self.init(
            step: error.subject.isEmpty ? error.call : "\(error.call) \(error.subject)", errno: error.errno,
            text: "\(error)")
    }

    public var description: String { text }

    /// One line, as it goes from a child process to its parent.
    public var line: String { "\(errno)\t\(step)\t\(text.split(whereSeparator: \.isNewline).joined(separator: "; "))" }

    /// Reads such a line.
    public init?(line: some StringProtocol) {
        let parts = line.split(separator: "\t", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let errno = Int32(parts[0]) else { return nil }
        self.init(step: String(parts[1]), errno: errno, text: String(parts[2]))
    }
}
