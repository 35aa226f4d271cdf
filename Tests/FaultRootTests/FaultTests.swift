import Glibc
import LinuxSystem
import NetlabTesting
import Testing

/// Whatever breaks, wherever: after `down` nothing is left.
///
/// A debug build of netlab kills itself before its n-th system call, or has that call fail; these tests walk through
/// every n of `up` and `down`. Set `NETLAB_ALL_FAULTS=1` (`make soak`) for every error at every call; otherwise the
/// errors take turns.
@Suite(.requiresRoot)
struct FaultTests {
    private static let lab = "private-nat"
    /// Two runs of the tests on one machine must not meet.
    private static let prefix = "nlt-\(getpid())"
    /// ENOMEM, EEXIST, EPERM, ENOBUFS, EINTR (which `systemCall` itself never lets through), ENOSPC, EROFS.
    private static let errors = [ENOMEM, EEXIST, EPERM, ENOBUFS, EINTR, ENOSPC, EROFS]

    @Test func killedAnywhereInUp() throws {
        let calls = try Self.count(["up", Self.lab, "--name", "\(Self.prefix)-fault-count"])
        try Self.walk(1...calls, name: "\(Self.prefix)-kill-up") { program, name, position in
            let run = try program.run(
                ["up", Self.lab, "--name", name], environment: ["NETLAB_FAULT": "kill:\(position)"])
            // Near its end `up` may need a few calls less than when they were counted.
            return run.status == 128 + SIGKILL || position > calls - 5 ? [] : ["not killed: \(run)"]
        }
    }

    @Test func killedAnywhereInDown() throws {
        let program = try NetlabProgram()
        _ = try program.run(["up", Self.lab, "--name", "\(Self.prefix)-fault-down"]).output()
        let calls = try Self.count(["down", "\(Self.prefix)-fault-down"])
        try Self.walk(1...calls, name: "\(Self.prefix)-kill-down") { program, name, position in
            _ = try program.run(["up", Self.lab, "--name", name]).output()
            _ = try program.run(["down", name], environment: ["NETLAB_FAULT": "kill:\(position)"])
            return []
        }
    }

    @Test func anyCallOfUpFails() throws {
        let calls = try Self.count(["up", Self.lab, "--name", "\(Self.prefix)-fault-count-2"])
        let all = getenv("NETLAB_ALL_FAULTS") != nil
        for turn in 0..<(all ? Self.errors.count : 1) {
            try Self.walk(1...calls, name: "\(Self.prefix)-fail-up") { program, name, position in
                let error = Self.errors[(position + turn) % Self.errors.count]
                let run = try program.run(
                    ["up", Self.lab, "--name", name], environment: ["NETLAB_FAULT": "\(error):\(position)"])
                // Some calls have a second way; none may end otherwise than well or with a message.
                var failures = [0, 2, 3].contains(run.status) ? [] : ["\(run)"]
                if run.status != 0 {
                    if !run.stderr.hasPrefix("netlab: ") { failures.append("no message: \(run)") }
                    let left = try Self.leftovers(of: name)
                    if !left.isEmpty { failures.append("a failed up left \(left): \(run)") }
                }
                return failures.map { "error \(error): \($0)" }
            }
        }
    }

    @Test func anyCallOfDownFails() throws {
        let program = try NetlabProgram()
        _ = try program.run(["up", Self.lab, "--name", "\(Self.prefix)-fault-down-2"]).output()
        let calls = try Self.count(["down", "\(Self.prefix)-fault-down-2"])
        let all = getenv("NETLAB_ALL_FAULTS") != nil
        for turn in 0..<(all ? Self.errors.count : 1) {
            try Self.walk(1...calls, name: "\(Self.prefix)-fail-down") { program, name, position in
                _ = try program.run(["up", Self.lab, "--name", name]).output()
                let error = Self.errors[(position + turn) % Self.errors.count]
                let run = try program.run(["down", name], environment: ["NETLAB_FAULT": "\(error):\(position)"])
                return [0, 2, 3].contains(run.status) ? [] : ["error \(error): \(run)"]
            }
        }
    }

    // MARK: The walk

    /// How many system calls a command makes; afterwards what it made is taken down.
    private static func count(_ command: [String]) throws -> Int {
        let program = try NetlabProgram()
        let run = try program.run(command, environment: ["NETLAB_FAULT": "count"])
        _ = try program.run(["down", command.last ?? ""])
        let number = run.stderr.split(separator: "\n").compactMap { line in
            line.hasPrefix("system calls: ") ? Int(line.dropFirst(14)) : nil
        }
        return try #require(number.last, "no debug build, or it did not count: \(run)")
    }

    /// Tries every position, two at a time under different names, each followed by `down` and a look around.
    ///
    /// - Parameter body: Gives back what was not as it should be. (An `#expect` on these threads would belong to no
    ///   test.)
    private static func walk(
        _ positions: ClosedRange<Int>, name: String,
        _ body: @escaping @Sendable (_ program: NetlabProgram, _ name: String, _ position: Int) throws -> [String]
    ) throws {
        let program = try NetlabProgram()
        let jobs = (0..<2).map { half -> @Sendable () throws -> [String] in
            {
                let name = "\(name)-\(half)"
                return try positions.filter { $0 % 2 == half }.flatMap { position in
                    var failures = try body(program, name, position)
                    let down = try program.run(["down", name])
                    if down.status != 0 { failures.append("\(down)") }
                    let left = try leftovers(of: name)
                    if !left.isEmpty { failures.append("left \(left)") }
                    return failures.map { "call \(position): \($0)" }
                }
            }
        }
        let failures = try inParallel(jobs, threads: 2).flatMap { try $0.get() }
        print("faults: \(name): \(positions.count) positions tried, \(failures.count) failures")
        #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
    }

    /// Files, namespaces, mounts and processes that carry the lab's name.
    private static func leftovers(of name: String) throws -> [String] {
        let files = try Files.list("/run/netlab").filter { $0 == name || $0.hasPrefix(".\(name).") }
        let namespaces = try Files.list("/run/netns").filter { $0.hasPrefix("\(name).") }
        let mounts = ((try? Files.read("/proc/self/mounts")) ?? "").split(separator: "\n").filter {
            $0.contains("/\(name).")
        }
        let processes = try Files.list("/proc").filter { entry in
            guard Int(entry) != nil, let words = try? Files.read("/proc/\(entry)/cmdline", limit: 4096) else {
                return false
            }
            return words.contains("__serve\0\(name)\0") || words.contains("/run/netlab/\(name)/")
        }
        return files + namespaces + mounts.map(String.init) + processes.map { "process \($0)" }
    }
}
