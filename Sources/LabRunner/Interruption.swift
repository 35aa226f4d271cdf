import CNetlabShims
import Glibc
public import LinuxSystem

/// Ctrl-C and its kin, taken at points where the lab is in a known state.
///
/// The signals are blocked, so none can cut a step in half; between steps we look whether one is waiting.
public enum Interruption {
    private static let signals = [SIGINT, SIGTERM, SIGHUP]

    /// To be called once, before any other thread exists: threads inherit the mask.
    public static func hold() {
        var set = sigset_t()
        sigemptyset(&set)
        for number in signals { sigaddset(&set, number) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
        // A background process that dies early must be an error to report, not our end.
        signal(SIGPIPE, SIG_IGN)
    }

    /// Instead of `hold`, for commands that leave nothing behind wherever they stop: they end at once, whatever their
    /// threads are at.
    public static func endAtOnce() {
        for number in signals {
            signal(number) { _ in
                // Nothing but system calls is allowed here.
                let words: StaticString = "netlab: interrupted\n"
                _ = write(STDERR_FILENO, words.utf8Start, words.utf8CodeUnitCount)
                _exit(130)
            }
        }
        signal(SIGPIPE, SIG_IGN)
    }

    /// Gives the signals back their usual meaning: before this process becomes another program.
    static func release() {
        signal(SIGPIPE, SIG_DFL)
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
    }

    /// Whether a signal is waiting.
    public static var isRequested: Bool {
        var waiting = sigset_t()
        sigpending(&waiting)
        return signals.contains { sigismember(&waiting, $0) == 1 }
    }

    /// Can be read as long as a signal waits: for loops that wait for other things too. The signals must be held.
    public static func descriptor() throws(SystemError) -> OwnedDescriptor {
        OwnedDescriptor(owning: try systemCall("signalfd") { cnl_signal_descriptor() })
    }

    /// Throws if a signal is waiting.
    public static func check() throws {
        if isRequested { throw LabRunnerError(.interrupted, "interrupted") }
    }
}
