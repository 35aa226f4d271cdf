public import Checks
import Glibc
public import LabRunner
import LinuxSystem
import Synchronization
public import Testing

/// A lab that is up for the length of a test.
///
/// ```swift
/// import NetlabTesting
/// import Testing
///
/// @Suite(.requiresRoot) struct UpdaterTests {
///     @Test func updatesThroughTheNATGateway() async throws {
///         try await LabFixture.with("private-nat") { lab in
///             let answer = try lab.exec("app", ["curl", "-sf", "http://echo.example/"])
///             #expect(answer.status == 0)
///             #expect(answer.stdout.contains("203.0.113.11"))
///             #expect(try lab.check("C3").passed)
///         }
///     }
/// }
/// ```
///
/// Each has a name of its own, so that tests run side by side. It goes down whatever happens in the test; with
/// `NETLAB_KEEP=1` in the environment it stays, to be looked at with `netlab shell`.
public struct LabFixture: Sendable {
    /// The lab from within this process: its model, its plan and the doors into its namespaces.
    public let running: RunningLab
    public let program: NetlabProgram

    public var name: String { running.name }

    /// The lab of the `.lab(…)` trait around the current test.
    @TaskLocal public static var current: LabFixture?

    /// Brings a lab up, runs the body, takes the lab down.
    ///
    /// - Parameters:
    ///   - lab: A lab's name, or the path of a lab file.
    ///   - program: The program to use; by default the one that belongs to the tests.
    /// - Throws: `ExecutionFailure` with netlab's own words if the lab does not come up; what the body throws.
    public static func with<Value>(
        _ lab: String, program: NetlabProgram? = nil, sourceLocation: SourceLocation = #_sourceLocation,
        _ body: (LabFixture) async throws -> Value
    ) async throws -> Value {
        let program = try program ?? NetlabProgram()
        let name = TestNames.next(lab)
        // From here on the name may be in use, whatever comes of `up`.
        let outcome: Result<Value, any Error>
        do {
            _ = try program.run(["up", lab, "--name", name]).output()
            let fixture = LabFixture(running: try RunningLab.attach(name), program: program)
            outcome = .success(try await body(fixture))
        } catch {
            outcome = .failure(error)
        }
        if keepsWrecks {
            print("NETLAB_KEEP: lab \(name) stays; take it down with: netlab down \(name)")
        } else {
            do {
                _ = try program.run(["down", name]).output()
            } catch {
                // Beside the test's own failure, never instead of it.
                Issue.record(error, "lab \(name) did not go down", sourceLocation: sourceLocation)
            }
        }
        return try outcome.get()
    }

    /// The same for a lab whose file is written in the test.
    public static func with<Value>(
        text: String, program: NetlabProgram? = nil, sourceLocation: SourceLocation = #_sourceLocation,
        _ body: (LabFixture) async throws -> Value
    ) async throws -> Value {
        let path = "/tmp/\(TestNames.next("written")).yaml"
        try Files.write(text, to: path)
        defer { unlink(path) }
        return try await with(path, program: program, sourceLocation: sourceLocation, body)
    }

    /// Runs a command inside a node by `netlab exec`: with its network, its names, and everything else as it is here.
    public func exec(
        _ node: String, _ command: [String], within limit: Duration = .seconds(60)
    ) throws -> Execution {
        try start(node, command).wait(within: limit)
    }

    /// Starts a command inside a node and returns at once.
    public func start(_ node: String, _ command: [String]) throws -> RunningCommand {
        try program.start(["exec", name, node, "--"] + command)
    }

    /// Checks claims of the lab by packets; all of them when none is named.
    public func check(_ claims: String...) throws -> Report { try CheckRun(lab: running, only: claims).run() }

    /// Whether `NETLAB_KEEP` asks for labs to stay.
    static var keepsWrecks: Bool { getenv("NETLAB_KEEP").map { String(cString: $0) == "1" } ?? false }
}

/// Names for labs of tests: `nlt-4711-3-private-nat`, by process and number.
enum TestNames {
    private static let count = Atomic<Int>(0)

    static func next(_ lab: String) -> String {
        let number = count.wrappingAdd(1, ordering: .relaxed).newValue
        let base = (lab.split(separator: "/").last ?? "lab").prefix { $0 != "." }
        let letters = base.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
        // 40 is what a lab's name may have.
        return String("nlt-\(getpid())-\(number)-\(String(letters))".prefix(40))
    }
}
