/// Work that goes on beside a lab's servers for as long as they run, such as health checks.
public protocol Companion: Sendable {
    /// Returns when its first results are in effect; throws when it cannot work at all.
    func start() throws
    /// Ends and returns when nothing of it runs any more.
    func stop()
}

/// The programs of a running lab, to be signalled by name; safe from any thread.
public protocol ProgramSignals: Sendable {
    /// Equivalent to `kill -NUMBER $(pidof NAME)`; nothing happens to a program that has ended.
    func signal(_ program: String, _ number: Int32)
}
