import CNetlabShims
import Glibc

/// A process we started.
public struct ChildProcess: Sendable {
    public let pid: Int32

    /// Starts a program; it inherits only the descriptors named here, under the same numbers.
    ///
    /// - Parameters:
    ///   - standard: What becomes its descriptors 0, 1 and 2.
    ///   - inherit: Further descriptors that stay open in it.
    ///   - newSession: Its own session, so that Ctrl-C at our terminal does not reach it.
    public static func spawn(
        _ arguments: [String], standard: (input: Int32, output: Int32, error: Int32), inherit: [Int32] = [],
        newSession: Bool = false, environment: [String]? = nil
    ) throws(SystemError) -> ChildProcess {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, standard.input, 0)
        posix_spawn_file_actions_adddup2(&actions, standard.output, 1)
        posix_spawn_file_actions_adddup2(&actions, standard.error, 2)
        // A descriptor duplicated onto itself loses FD_CLOEXEC in the child (POSIX.1-2024; glibc since 2.29).
        for descriptor in inherit { posix_spawn_file_actions_adddup2(&actions, descriptor, descriptor) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var flags = Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF)
        if newSession { flags |= Int16(cnl_posix_spawn_setsid) }
        posix_spawnattr_setflags(&attributes, flags)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)

        var pid: pid_t = 0
        let path = arguments[0]
        let code = withCStrings(arguments) { argv in
            if let environment {
                return withCStrings(environment) { posix_spawn(&pid, path, &actions, &attributes, argv, $0) }
            }
            return posix_spawn(&pid, path, &actions, &attributes, argv, environ)
        }
        guard code == 0 else { throw SystemError(call: "posix_spawn", errno: code, subject: path) }
        return ChildProcess(pid: pid)
    }

    /// Ends it by SIGKILL and reaps it. Only for children nobody has waited for yet: their number is still theirs.
    public func kill() {
        _ = Glibc.kill(pid, SIGKILL)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) == -1 && errno == EINTR {}
    }

    /// Waits for its end: the exit code, or 128 and the signal as shells say.
    public func wait() throws(SystemError) -> Int32 {
        var status: Int32 = 0
        try systemCall("waitpid", "\(pid)") { waitpid(pid, &status, 0) }
        return cnl_exit_status(status)
    }

    /// Waits for its end, but no longer than `limit`; `nil` if it still runs then.
    public func wait(within limit: Duration) throws(SystemError) -> Int32? {
        let handle = OwnedDescriptor(owning: try systemCall("pidfd_open", "\(pid)") { cnl_pidfd_open(pid) })
        let (seconds, attoseconds) = limit.components
        let milliseconds = Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000)
        var waiting = pollfd(fd: handle.raw, events: Int16(POLLIN), revents: 0)
        let ready = try systemCall("poll") { poll(&waiting, 1, milliseconds) }
        return ready > 0 ? try wait() : nil
    }
}

/// Lends a NULL-ended array of C strings.
func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { preconditionFailure("the array holds at least its end") }
        return body(base)
    }
}

/// Replaces this process by a program, found in `PATH`. Returns only by failing.
public func execute(_ arguments: [String]) throws(SystemError) -> Never {
    let code = withCStrings(arguments) { argv -> Int32 in
        execvp(arguments[0], argv)
        return Glibc.errno
    }
    throw SystemError(call: "execvp", errno: code, subject: arguments[0])
}
