import Glibc
import LabRunner
import LinuxSystem
import Namespaces
import NetlabTesting
import Synchronization
import Testing

/// What tests of labs could leave behind in this process and on this machine.
///
/// Other suites of the process may be at work at the same time, with threads and descriptors of their own: only what
/// belongs to labs of ours counts.
struct Census {
    /// Labs of this process that are still written down or named.
    let labs: [String]
    /// Processes that serve them, or that we started.
    let processes: [String]
    /// Threads of ours in the namespaces of labs.
    let strayThreads: [String]
    /// Sockets and namespace files of ours that keep a lab's namespace alive, and outputs of commands.
    let strayDescriptors: [String]

    private static let namespaces = Mutex<Set<String>>([])

    /// The namespaces of a lab, to be recognised by their numbers even when their names are gone.
    static func note(_ lab: RunningLab) throws {
        for node in lab.nodes {
            let place = "net:[\(try node.namespace.identity.inode)]"
            namespaces.withLock { _ = $0.insert(place) }
        }
    }

    init() throws {
        let mine = "nlt-\(getpid())-"
        labs =
            try Files.list("/run/netns").filter { $0.hasPrefix(mine) }
            + StateFolder.all.map(\.path).filter { $0.contains(mine) }
        processes = try Files.list("/proc").compactMap(Int32.init).compactMap { Self.trace($0, mine) }
        let known = Self.namespaces.withLock { $0 }
        strayThreads = try Files.list("/proc/self/task").filter { thread in
            linkTarget("/proc/self/task/\(thread)/ns/net").map(known.contains) ?? false
        }
        strayDescriptors = try Files.list("/proc/self/fd").compactMap(Int32.init).compactMap { number in
            guard let target = linkTarget("/proc/self/fd/\(number)") else { return nil }
            if target.contains("/netlab-output-") || target.contains(mine) { return target }
            let place = target.hasPrefix("socket:") ? Self.namespace(ofSocket: number) : target
            guard let place, known.contains(place) else { return nil }
            return "\(target) in \(place)"
        }
    }

    /// What there is that was not there before; empty when all is as it was.
    func leftovers(since before: Census) -> [String] {
        labs + processes.filter { !before.processes.contains($0) }
            + strayThreads.map { "thread \($0) is in a lab's network namespace" } + strayDescriptors
    }

    /// A process whose output or arguments belong to one of our labs; a command of ours, or one nobody waited for.
    private static func trace(_ pid: Int32, _ mine: String) -> String? {
        guard pid != getpid(), let stat = try? Files.read("/proc/\(pid)/stat", limit: 4096),
            let end = stat.lastIndex(of: ")")
        else { return nil }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        let isChild = fields.count > 1 && Int32(fields[1]) == getpid()
        let words = (try? Files.read("/proc/\(pid)/cmdline", limit: 65_536)) ?? ""
        let log = linkTarget("/proc/\(pid)/fd/1") ?? ""
        let isCommand = isChild && (fields[0] == "Z" || log.contains("/netlab-output-"))
        guard isCommand || words.contains(mine) || log.contains(mine) else { return nil }
        return "process \(pid): \(words.replacing("\0", with: " ")) \(log)"
    }

    /// `net:[4026531840]`. SIOCGSKNS is 0x894C.
    private static func namespace(ofSocket number: Int32) -> String? {
        let file = ioctl(number, 0x894C, 0)
        guard file >= 0 else { return nil }
        defer { close(file) }
        return linkTarget("/proc/self/fd/\(file)")
    }
}

/// What a symbolic link says; `nil` if it cannot be read.
func linkTarget(_ path: String) -> String? {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink(path, &buffer, buffer.count)
    return count > 0 ? String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
}

/// After the last test of the suite everything must be as before the first.
struct LeavesNothingBehind: SuiteTrait, TestScoping {
    @concurrent func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let before = try Census()
        try await function()
        guard getenv("NETLAB_KEEP") == nil else { return }
        // The kernel gives a namespace's number to the next one, which may be another suite's for a while.
        var leftovers: [String] = []
        let isClean = try eventually(within: .seconds(120)) {
            leftovers = try Census().leftovers(since: before)
            return leftovers.isEmpty
        }
        if !isClean { Issue.record("left behind: \(leftovers.joined(separator: "\n"))") }
    }
}

extension Trait where Self == LeavesNothingBehind {
    static var leavesNothingBehind: Self { Self() }
}
