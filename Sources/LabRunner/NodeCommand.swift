import Glibc
import LinuxSystem
import Namespaces

/// A program run inside a node while we wait, with what it wrote.
public struct NodeCommand: Sendable {
    /// How it ended.
    public struct End: Hashable, Sendable {
        /// The exit status; 128 and the signal's number if one ended it.
        public let status: Int32
        /// Standard output and standard error as they came, at most 1 MiB.
        public let output: String
        /// It ran out of time and was killed.
        public let isTimedOut: Bool
    }

    private static let outputLimit = 1 << 20

    /// The same surroundings as `netlab exec LAB NODE -- COMMAND…`, but for the terminal: it gets none.
    ///
    /// - Throws: When the program does not exist or cannot be started, or when a signal that is held waits; its failing
    ///   is an `End` like another.
    public static func run(
        _ command: [String], in lab: RunningLab, node: String, within limit: Duration, environment: [String]? = nil
    ) throws -> End {
        let (process, output) = try start(command, in: lab, node: node, environment: environment)
        return try wait(for: process, reading: output, within: limit)
    }

    /// What programs get that shall do the same on every machine: no proxy, no language, no settings of the user's.
    public static let plainEnvironment = [
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "HOME=/nonexistent",
    ]

    /// The process, and where its output comes from; the end it writes to is its alone when this returns.
    private static func start(
        _ command: [String], in lab: RunningLab, node: String, environment: [String]?
    ) throws -> (ChildProcess, SharedDescriptor) {
        let pipe = try Pipe()
        let null = try OwnedDescriptor(opening: "/dev/null", O_RDONLY)
        let process = try spawn(
            command, in: lab, node: node, standard: (null.raw, pipe.input.raw, pipe.input.raw),
            environment: environment)
        return (process, pipe.output)
    }

    /// The process alone, in a session of its own.
    static func spawn(
        _ command: [String], in lab: RunningLab, node: String, standard: (input: Int32, output: Int32, error: Int32),
        environment: [String]? = nil
    ) throws -> ChildProcess {
        guard let name = command.first, let program = Files.program(name) else {
            throw LabRunnerError(
                .system, "\(command.first ?? "the program") is not installed", hint: "netlab doctor names its package")
        }
        guard let made = lab.node(node) else {
            throw LabRunnerError(.input, "lab \(lab.name) has no node \(node)")
        }
        // The thread's namespaces are the child's; the thread is never used for anything else.
        return try onThrowawayThread("netlab-run") {
            try NodeEntry.enter(made.namespace, node: node, state: lab.state)
            return try ChildProcess.spawn(
                [program] + command.dropFirst(), standard: standard, newSession: true, environment: environment)
        }
    }

    private static func wait(
        for process: ChildProcess, reading output: SharedDescriptor, within limit: Duration
    ) throws -> End {
        var bytes: [UInt8] = []
        let deadline = ContinuousClock.now + limit
        var isTimedOut = false
        var isInterrupted = false
        reading: while true {
            if Interruption.isRequested {
                isInterrupted = true
                break
            }
            let left = deadline - ContinuousClock.now
            guard left > .zero else {
                isTimedOut = true
                break
            }
            var waiting = pollfd(fd: output.raw, events: Int16(POLLIN), revents: 0)
            // Not for long: somebody may press Ctrl-C.
            guard poll(&waiting, 1, Int32(clamping: min(100, Int(left / .milliseconds(1)) + 1))) > 0 else { continue }
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = try systemCall("read") { read(output.raw, &chunk, chunk.count) }
            if count == 0 { break reading }
            if bytes.count < outputLimit { bytes += chunk[..<count] }
        }
        // It leads a session of its own: what it started goes with it.
        if isTimedOut || isInterrupted { _ = Glibc.kill(-process.pid, SIGKILL) }
        let status = try process.wait()
        if isInterrupted { try Interruption.check() }
        return End(status: status, output: String(decoding: bytes, as: UTF8.self), isTimedOut: isTimedOut)
    }
}
