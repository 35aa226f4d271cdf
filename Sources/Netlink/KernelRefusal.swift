import Glibc

/// The kernel said no to one netlink message.
public struct KernelRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was asked, in the words of the equal command: `ip route add 10.0.0.0/16 via …`.
    public let operation: String
    /// The object of the user's file that it was for, e.g. `subnet private-a`.
    public let subject: String
    /// The positive error number.
    public let errno: Int32
    /// The kernel's own sentence (extended ACK), if it gave one.
    public let message: String?

    public init(operation: String, subject: String, errno: Int32, message: String? = nil) {
        self.operation = operation
        self.subject = subject
        self.errno = errno
        self.message = message
    }

    public var description: String {
        var text = subject.isEmpty ? operation : "\(subject): \(operation)"
        text += ": \(String(cString: strerror(errno)))"
        if let message { text += " (kernel: \(message))" }
        return text
    }
}

/// All refusals of one batch, first first.
public struct BatchRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    public let refusals: [KernelRefusal]

    public init(_ refusals: [KernelRefusal]) { self.refusals = refusals }

    public var description: String { refusals.map(\.description).joined(separator: "\n") }
}
