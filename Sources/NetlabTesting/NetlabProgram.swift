import Glibc
import LinuxSystem

/// The `netlab` program as tests run it.
public struct NetlabProgram: Hashable, Sendable {
    public let path: String
    /// The folder with `labs/` and `apt-mirror/`; `nil` lets the program find its own.
    public let share: String?
    /// A folder of shared libraries it is to use; `nil` for those it was built with.
    public let libraries: String?

    /// - Parameters:
    ///   - path: By default what `NETLAB_PROGRAM` says, else the one beside the running test bundle, else the one that
    ///     is installed.
    ///   - share: As the program's own `NETLAB_SHARE`.
    ///   - libraries: As the dynamic linker's `LD_LIBRARY_PATH`.
    public init(path: String? = nil, share: String? = nil, libraries: String? = nil) throws {
        guard let path = path ?? Self.find() else {
            throw ExecutionFailure(
                "there is no netlab program beside the tests nor in PATH: build it, or set NETLAB_PROGRAM")
        }
        self.path = path
        self.share = share
        self.libraries = libraries
    }

    /// Runs one command to its end: `try netlab.run("list", "--json")`.
    public func run(
        _ arguments: [String], environment: [String: String] = [:], within limit: Duration = .seconds(60)
    ) throws -> Execution {
        try start(arguments, environment: environment).wait(within: limit)
    }

    public func run(_ arguments: String...) throws -> Execution { try run(arguments) }

    /// Starts one command and returns at once.
    public func start(_ arguments: [String], environment: [String: String] = [:]) throws -> RunningCommand {
        try RunningCommand.start(
            [path] + arguments, environment: self.environment.merging(environment) { $1 })
    }

    /// What its processes must find in their environment.
    public var environment: [String: String] {
        ["NETLAB_SHARE": share, "LD_LIBRARY_PATH": libraries].compactMapValues(\.self)
    }

    private static func find() -> String? {
        if let chosen = getenv("NETLAB_PROGRAM") { return String(cString: chosen) }
        let beside = folderOfThisProgram.map { "\($0)/netlab" }
        if let beside, Files.isExecutable(beside) { return beside }
        return Files.program("netlab")
    }

    /// The build folder, when tests run: their bundle is a program of its own on Linux.
    static var folderOfThisProgram: String? {
        guard let path = realpath("/proc/self/exe", nil) else { return nil }
        defer { free(path) }
        return String(cString: path).split(separator: "/").dropLast().map { "/\($0)" }.joined()
    }
}
