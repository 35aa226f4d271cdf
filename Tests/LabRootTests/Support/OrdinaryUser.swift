import Glibc
import LinuxSystem
import NetlabTesting
import Synchronization
import Testing

/// Somebody who is not root, with a runtime folder and therefore a keeper of their own.
///
/// Everything of theirs carries `nlt-PID-` in its name, where the census looks for it.
final class OrdinaryUser: Sendable {
    static let nobody: UInt32 = 65534
    static let games: UInt32 = 5

    let id: UInt32
    /// Their home, working folder and runtime folder.
    let folder: String
    private static let count = Atomic<Int>(0)

    init(_ id: UInt32 = nobody) throws {
        self.id = id
        folder = "/tmp/nlt-\(getpid())-user-u\(Self.count.wrappingAdd(1, ordering: .relaxed).newValue)"
        try Files.makeFolder(folder, mode: 0o700)
        try systemCall("chown", folder) { chown(folder, id, id) }
    }

    /// A test that failed may have left a keeper; with it goes all the rest.
    deinit {
        for keeper in (try? keepers()) ?? [] { kill(keeper, SIGKILL) }
        try? Files.removeTree(folder)
    }

    /// A name for a lab that nobody else uses; the `u` keeps it apart from the fixtures' names, which are numbered too.
    func name(_ word: String) -> String { "nlt-\(getpid())-\(folder.split(separator: "-").last ?? "")-\(word)" }

    /// Runs netlab.
    func run(_ words: String..., environment: [String: String] = [:]) throws -> Execution {
        try start(words, environment: environment).wait(within: .seconds(120))
    }

    func start(_ words: [String], environment: [String: String] = [:]) throws -> RunningCommand {
        let program = try ReadableProgram.made.get()
        return try start(program: [program.path] + words, environment.merging(program.environment) { $1 })
    }

    /// Runs a line of shell, with `$netlab` as the program.
    func shell(_ line: String) throws -> Execution {
        let program = try ReadableProgram.made.get()
        let environment = program.environment.merging(["netlab": program.path]) { $1 }
        return try start(program: ["sh", "-c", "cd \(folder) && \(line)"], environment).wait(within: .seconds(120))
    }

    private func start(program: [String], _ environment: [String: String]) throws -> RunningCommand {
        try RunningCommand.start(
            [
                "setpriv", "--reuid=\(id)", "--regid=\(id)", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all",
            ] + program, environment: environment.merging(["XDG_RUNTIME_DIR": folder, "HOME": folder]) { $1 })
    }

    /// The keepers of this user's runtime folder.
    func keepers() throws -> [Int32] {
        try processes { $0.contains("\0__keep\0\(self.folder)/netlab\0") }
    }

    /// All processes that serve the user's labs, the keeper among them.
    func servants() throws -> [Int32] {
        let number = folder.split(separator: "-").last ?? ""
        return try keepers() + processes { $0.contains("nlt-\(getpid())-\(number)-") && !$0.contains("setpriv") }
    }

    /// Living processes by their words; those that only wait to be reaped have none.
    private func processes(_ isWanted: (String) -> Bool) throws -> [Int32] {
        try Files.list("/proc").compactMap(Int32.init).filter { pid in
            (try? Files.read("/proc/\(pid)/cmdline", limit: 65_536)).map(isWanted) ?? false
        }
    }

    /// Waits a little, for processes may still be on their way out.
    func expectNothingLeft(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let isClean = try eventually { try traces().isEmpty }
        let left = try traces()
        #expect(isClean, "\(left)", sourceLocation: sourceLocation)
    }

    /// What this user has left on the machine; empty when all is as before.
    func traces() throws -> [String] {
        let files = Files.exists("\(folder)/netlab") ? ["\(folder)/netlab"] : []
        return try files + servants().map { "process \($0)" }
    }
}

/// The program, its labs and its mirror where everybody may read them.
enum ReadableProgram {
    /// As it is, if an ordinary user can use it; else a copy that lasts until the tests end.
    static let made = Result { try make() }

    private static func make() throws -> NetlabProgram {
        let program = try TestShare.program()
        let share = try TestShare.folder()
        let test = "\"$0\" --version && cat \"$1/labs/private-nat.yaml\" \"$1/apt-mirror/netlab-archive-keyring.gpg\""
        let trial = try RunningCommand.start(
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sh", "-c", test, program.path, share]
        ).wait(within: .seconds(20))
        if trial.succeeded { return program }
        return try copy(program, share)
    }

    /// Swift's own libraries may lie where only root can go, so they come along, found by the program's own run path.
    private static func copy(_ program: NetlabProgram, _ share: String) throws -> NetlabProgram {
        let folder = "/tmp/nlt-\(getpid())-program"
        let script = """
            mkdir -p "$2/bin" "$2/lib" && cp "$0" "$2/bin/netlab" && cp -rL "$1" "$2/share" &&
            ldd "$0" | sed -n 's,.* => \\(/[^ ]*\\) .*,\\1,p' | grep -v -e '^/lib' -e '^/usr/lib' |
                xargs -r cp -t "$2/lib" && chmod -R a+rX "$2"
            """
        try RunningCommand.start(["sh", "-c", script, program.path, share, folder]).wait(within: .seconds(60)).output()
        atexit { try? Files.removeTree("/tmp/nlt-\(getpid())-program") }
        return try NetlabProgram(path: "\(folder)/bin/netlab", share: "\(folder)/share", libraries: "\(folder)/lib")
    }
}
