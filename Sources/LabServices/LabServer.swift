import Glibc
import LinuxSystem
import Logging

/// The background process of a lab: everything that answers inside it.
public enum LabServer {
    /// Serves until SIGTERM (or SIGINT, SIGHUP), then ends cleanly.
    ///
    /// Writes one line to `readiness` and closes it: `ready`, or `error: ` and why. Call it once, on the main
    /// thread, at home and before any other thread exists: it takes over the process's signals and its children.
    ///
    /// - Parameters:
    ///   - network: Returns when addresses can be bound; the programs of the plan need them, sockets do not.
    ///   - companions: What else runs meanwhile; made when the programs run, stopped before them.
    public static func serve(
        _ plan: ServicePlan, readiness: Int32, awaiting network: () -> Void,
        companions: (any ProgramSignals) throws -> [any Companion] = { _ in [] }
    ) throws {
        _ = fcntl(readiness, F_SETFD, FD_CLOEXEC)
        // Blocked, not handled: `sigwait` below takes them one by one. The kernel drops what pid 1 of a namespace has
        // neither blocked nor a handler for, so this must come first; threads started later inherit it.
        var signals = signalSet([SIGTERM, SIGINT, SIGHUP, SIGCHLD])
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        signal(SIGPIPE, SIG_IGN)

        let server: RunningServer
        var helpers: [any Companion] = []
        do {
            server = try start(plan, awaiting: network)
            do {
                helpers = try companions(server.signals)
                for helper in helpers { try helper.start() }
            } catch {
                for helper in helpers { helper.stop() }
                server.stop()
                throw error
            }
        } catch {
            report("error: \(singleLine("\(error)"))", to: readiness)
            throw error
        }
        report("ready", to: readiness)
        waitForEnd(&signals, server, Logger(label: "netlab.\(plan.lab)"))
        for helper in helpers { helper.stop() }
        server.stop()
    }

    /// Starts a plan's services without touching the process's signals.
    static func start(_ plan: ServicePlan, awaiting network: () -> Void = {}) throws -> RunningServer {
        try RunningServer(plan, awaiting: network)
    }

    private static func waitForEnd(_ signals: inout sigset_t, _ server: RunningServer, _ logger: Logger) {
        while true {
            var number: Int32 = 0
            guard sigwait(&signals, &number) == 0 else { continue }
            guard number == SIGCHLD else { return }
            // As pid 1 we are also given the orphans of our programs. Signals of one kind merge, so take all.
            var word: Int32 = 0
            while case let process = waitpid(-1, &word, WNOHANG), process > 0 {
                if let name = server.childEnded(process, word) {
                    logger.error("program \(name) ended; its last words are in \(name).out")
                }
            }
        }
    }

    /// A large lab has more sockets than the usual 1024 descriptors; to be called before they come.
    public static func raiseDescriptorLimit() {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(resource, &limit)
    }

    private static func signalSet(_ numbers: [Int32]) -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for number in numbers { sigaddset(&set, number) }
        return set
    }

    private static func report(_ line: String, to readiness: Int32) {
        // The one who waits may be gone; its lab is served all the same.
        try? OwnedDescriptor(owning: readiness).write("\(line)\n".utf8)
    }

    private static func singleLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: "; ")
    }
}
