import Glibc
import LinuxSystem
import Namespaces

/// A program's process. Not thread-safe: the thread that starts it also waits for it.
struct RunningProgram {
    let program: Program
    let process: pid_t
    private let outputPath: String
    private(set) var status: Int32?

    /// Starts it, in its namespace, with nothing of ours: no descriptor, no blocked signal.
    init(_ program: Program, stateFolder: String) throws {
        let path = try Program.locate(program.arguments.first ?? "")
        for (path, content) in program.files {
            try OwnedDescriptor(opening: path, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644).write(content.utf8)
        }
        self.program = program
        let output = "\(stateFolder)/\(program.name).out"
        outputPath = output
        let spawn = { try Self.spawn(path, program.arguments, output: output) }
        // The child stays in the namespace of the thread that spawned it; the thread ends at once. For that reason
        // there is no PR_SET_PDEATHSIG here: it would fire when that thread ends.
        if let namespace = program.namespacePath {
            process = try NetworkNamespace(name: program.node, path: namespace).run(spawn)
        } else {
            process = try spawn()
        }
    }

    /// Nothing of ours passes on: the same program in every lab, and messages in one language.
    private static let environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"]

    private static func spawn(_ path: String, _ arguments: [String], output: String) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let words = arguments.map { strdup($0) }
        let environment = Self.environment.map { strdup($0) }
        defer { (words + environment).forEach { free($0) } }
        var process = pid_t()
        let code = posix_spawn(&process, path, &actions, &attributes, words + [nil], environment + [nil])
        guard code == 0 else { throw SystemError(call: "posix_spawn", errno: code, subject: path) }
        return process
    }

    /// Waits until it is ready; throws if it ends first or the deadline passes.
    mutating func waitUntilReady(until deadline: ContinuousClock.Instant) throws {
        if program.readyWhen == .running { return try checkAlive() }
        let readiness = program.readyWhen
        if let path = program.namespacePath {
            let namespace = try NetworkNamespace(name: program.node, path: path)
            try namespace.run { try pollReadiness(readiness, until: deadline) }
        } else {
            try pollReadiness(readiness, until: deadline)
        }
    }

    private mutating func pollReadiness(_ readiness: Program.Readiness, until deadline: ContinuousClock.Instant) throws
    {
        while !BoundPort.exists(readiness) {
            try checkAlive()
            guard ContinuousClock.now < deadline else {
                throw LabServicesError.programNotReady(
                    program.name, waitingFor: Self.describe(readiness), output: lastOutput())
            }
            usleep(500)
        }
        // A port that somebody else holds looks ready; the program that failed on it is dying.
        try checkAlive()
    }

    private mutating func checkAlive() throws {
        if collect() {
            throw LabServicesError.programEnded(program.name, status: status ?? 0, output: lastOutput())
        }
    }

    /// Whether it has ended; takes the zombie away.
    mutating func collect() -> Bool {
        guard status == nil else { return true }
        var word: Int32 = 0
        let result = waitpid(process, &word, WNOHANG)
        if result == process { ended(word) }
        // Somebody else's wait took it.
        if result == -1, errno == ECHILD { status = -1 }
        return status != nil
    }

    /// Notes what `waitpid` said: the exit code, or 128 and the signal, as shells have it.
    mutating func ended(_ word: Int32) { status = word & 0x7f == 0 ? word >> 8 & 0xff : 128 + (word & 0x7f) }

    func signal(_ number: Int32) { if status == nil { _ = kill(process, number) } }

    private func lastOutput() -> String {
        guard let file = try? OwnedDescriptor(opening: outputPath, O_RDONLY), let bytes = try? file.readAll() else {
            return ""
        }
        let text = String(decoding: bytes.suffix(2048), as: UTF8.self)
        return text.split(separator: "\n").filter { !$0.allSatisfy(\.isWhitespace) }.joined(separator: "; ")
    }

    private static func describe(_ readiness: Program.Readiness) -> String {
        switch readiness {
        case .running: "anything"
        case .udp(let addresses, let port): "udp port \(port) of \(addresses)"
        case .tcp(let addresses, let port): "tcp port \(port) of \(addresses)"
        }
    }
}
