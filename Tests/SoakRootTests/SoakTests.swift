import Glibc
import LinuxSystem
import NetlabTesting
import Testing

/// Many labs one after the other, and many at once: what the machine held before, it holds after.
///
/// A few of each in every run of the tests; `make soak` sets `SOAK_CYCLES=1000` and `SOAK_LABS=50`.
@Suite(.requiresRoot, .serialized)
struct SoakTests {
    private static let repository = #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined()
    private static let lab = "\(repository)/labs/\(setting("SOAK_LAB") ?? "public-igw").yaml"
    private static let cycles = setting("SOAK_CYCLES").flatMap(Int.init) ?? 4
    private static let labs = setting("SOAK_LABS").flatMap(Int.init) ?? 12

    private static func setting(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    @Test("up, check, down, over and over")
    func cycles() throws {
        let program = try NetlabProgram()
        let name = "nlt-\(getpid())-soak"
        defer { _ = try? program.run("down", name) }
        // The first ones fill caches that stay, and load modules.
        for _ in 0..<2 { try Self.cycle(program, name) }
        let before = try Machine()
        print("soak: before:       \(before)")
        let start = ContinuousClock.now
        for cycle in 1...Self.cycles {
            try Self.cycle(program, name)
            if cycle % 50 == 0 {
                let seconds = (ContinuousClock.now - start).components.seconds
                print("soak: cycle \(cycle), \(seconds) s: \(try Machine())")
            }
        }
        let after = try Self.settled(since: before)
        print("soak: after \(Self.cycles) cycles: \(after)")
        #expect(after.growth(since: before) == [])
        #expect(try Self.traces(name) == [])
    }

    /// Each command a process of its own, as people run them.
    private static func cycle(_ program: NetlabProgram, _ name: String) throws {
        try program.run("up", lab, "--name", name).output()
        try program.run("check", name).output()
        try program.run("down", name).output()
    }

    @Test("the same lab many times at once: all checks pass, all come down")
    func manyAtOnce() throws {
        let program = try NetlabProgram()
        let prefix = "nlt-\(getpid())-many-"
        let names = (1...Self.labs).map { "\(prefix)\($0)" }
        defer { for name in names { _ = try? program.run("down", name) } }
        let before = try Machine()
        let start = ContinuousClock.now
        try Self.all(names, at: 8) {
            _ = try program.run(["up", Self.lab, "--name", $0], within: .seconds(300)).output()
        }
        let built = ContinuousClock.now
        let rows = try program.run("list").output().split(separator: "\n").filter { $0.hasPrefix(prefix) }
        #expect(rows.count == Self.labs)
        #expect(rows.allSatisfy { $0.hasSuffix(" up") }, "\(rows)")
        let during = try Machine()
        try Self.all(names, at: 4) { _ = try program.run(["check", $0], within: .seconds(600)).output() }
        let checked = ContinuousClock.now
        try Self.all(names, at: 8) { _ = try program.run(["down", $0], within: .seconds(300)).output() }
        print(
            "many: \(Self.labs) labs at once: up \(built - start), checked \(checked - built), down "
                + "\(ContinuousClock.now - checked)\nmany: before \(before)\nmany: during \(during)")
        let after = try Self.settled(since: before)
        print("many: after  \(after)")
        #expect(after.growth(since: before) == [])
        for name in names { #expect(try Self.traces(name) == []) }
    }

    private static func all(
        _ names: [String], at threads: Int, _ body: @escaping @Sendable (String) throws -> Void
    ) throws {
        let jobs = names.map { name -> @Sendable () throws -> Void in { try body(name) } }
        for result in inParallel(jobs, threads: threads) { try result.get() }
    }

    /// The kernel takes namespaces apart in its own time.
    private static func settled(since before: Machine) throws -> Machine {
        let deadline = ContinuousClock.now + .seconds(90)
        while true {
            let now = try Machine()
            if now.growth(since: before).isEmpty || ContinuousClock.now > deadline { return now }
            usleep(200_000)
        }
    }

    private static func traces(_ name: String) throws -> [String] {
        try Files.list("/run/netns").filter { $0.hasPrefix("\(name).") }
            + Files.list("/run/netlab").filter { $0 == name || $0 == ".\(name).lock" }
    }
}
