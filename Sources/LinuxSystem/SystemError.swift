import Glibc

/// A refused system call: which one, on what, and the kernel's reason.
public struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The call's name as in section 2 of the manual, e.g. `setns`.
    public let call: String
    /// The positive error number, e.g. `EPERM`.
    public let errno: Int32
    /// What it was done to: a path, an interface, a node of the lab. Empty when the call says it all.
    public let subject: String

    public init(call: String, errno: Int32, subject: String = "") {
        self.call = call
        self.errno = errno
        self.subject = subject
    }

    public var description: String {
        let reason = String(cString: strerror(errno))
        return subject.isEmpty ? "\(call): \(reason)" : "\(call) \(subject): \(reason)"
    }
}

/// Runs one system call: retries when a signal interrupts it and reads `errno` before anything else can change it.
///
/// EBADF and EFAULT can only be our own bug, so they trap.
@discardableResult
public func systemCall<Result: FixedWidthInteger>(
    _ call: String, _ subject: @autoclosure () -> String = "", _ body: () -> Result
) throws(SystemError) -> Result {
    if let code = FaultInjection.next() { throw SystemError(call: call, errno: code, subject: subject()) }
    while true {
        let result = body()
        if result != -1 { return result }
        let code = Glibc.errno
        precondition(code != EBADF && code != EFAULT, "\(call): errno \(code) is a bug of netlab")
        if code != EINTR { throw SystemError(call: call, errno: code, subject: subject()) }
    }
}
