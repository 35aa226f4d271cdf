import CNetlabShims
import Glibc

/// A process named so that it cannot be mistaken for another one that got its number later.
public struct ProcessHandle: Hashable, Sendable, CustomStringConvertible {
    public let pid: Int32
    /// Clock ticks since boot (field 22 of `/proc/PID/stat`).
    public let startTime: UInt64

    /// `nil` when there is no such process.
    public init?(pid: Int32) throws(SystemError) {
        guard let startTime = try Self.startTime(of: pid) else { return nil }
        self.pid = pid
        self.startTime = startTime
    }

    /// Reads what `description` wrote.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(whereSeparator: \.isWhitespace)
        guard parts.count == 2, let pid = Int32(parts[0]), pid > 1, let start = UInt64(parts[1]) else { return nil }
        self.pid = pid
        startTime = start
    }

    public var description: String { "\(pid) \(startTime)" }

    /// Whether that very process is still there and not merely waiting to be reaped.
    public var isRunning: Bool {
        get throws(SystemError) { try Self.startTime(of: pid) == startTime }
    }

    /// Kills it and waits until it is gone, at most `seconds`; `true` if it is gone.
    ///
    /// By pidfd: the number cannot come to mean another process between the look and the kill.
    public func kill(within seconds: Int32 = 5) throws(SystemError) -> Bool {
        defer { reap() }
        guard let handle = try open(), try isRunning else { return true }
        do {
            try systemCall("pidfd_send_signal", "\(pid)") { cnl_pidfd_send_signal(handle.raw, SIGKILL) }
        } catch {
            if error.errno != ESRCH { throw error }
        }
        var waiting = pollfd(fd: handle.raw, events: Int16(POLLIN), revents: 0)
        let ready = try systemCall("poll") { poll(&waiting, 1, seconds * 1000) }
        return ready > 0
    }

    /// Only its parent can; for anybody else this is ECHILD and of no matter. A process that waits for it keeps its number.
    private func reap() {
        guard let (_, start) = try? Self.state(of: pid), start == startTime else { return }
        var status: Int32 = 0
        _ = waitpid(pid, &status, WNOHANG)
    }

    /// `nil` when the process is gone. Any other trouble is an error: to take a process for gone that is not would
    /// leave it behind.
    private func open() throws(SystemError) -> SharedDescriptor? {
        do {
            return SharedDescriptor(
                OwnedDescriptor(owning: try systemCall("pidfd_open", "\(pid)") { cnl_pidfd_open(pid) }))
        } catch {
            if error.errno == ESRCH { return nil }
            throw error
        }
    }

    /// `nil` for one that merely waits to be reaped, too.
    private static func startTime(of pid: Int32) throws(SystemError) -> UInt64? {
        guard let (state, start) = try state(of: pid), state != "Z", state != "X" else { return nil }
        return start
    }

    private static func state(of pid: Int32) throws(SystemError) -> (state: Substring, start: UInt64)? {
        let text: String
        do {
            text = try Files.read("/proc/\(pid)/stat", limit: 4096)
        } catch {
            if error.errno == ENOENT || error.errno == ESRCH { return nil }
            throw error
        }
        guard let name = text.lastIndex(of: ")") else { return nil }
        // After the name in parentheses comes field 3, the state; the start time is field 22.
        let fields = text[text.index(after: name)...].split(separator: " ")
        guard fields.count > 19, let start = UInt64(fields[19]) else { return nil }
        return (fields[0], start)
    }
}
