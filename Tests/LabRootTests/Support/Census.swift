import Glibc
import LabRunner
import LinuxSystem
import NetlabTesting
import Testing

/// What tests of this process could leave behind.
struct Census {
    /// Labs of this process that are still written down or named.
    let labs: [String]
    /// Processes that serve them, or that we started.
    let processes: [String]
    /// Threads of ours outside the namespace we began in.
    let strayThreads: [String]
    /// Sockets and namespace files of ours that keep another namespace alive.
    let strayDescriptors: [String]
    let descriptors: Int

    init() {
        let mine = "nlt-\(getpid())-"
        labs =
            Files.list("/run/netns").filter { $0.hasPrefix(mine) } + StateFolder.all.map(\.path).filter { $0.contains(mine) }
        processes = Files.list("/proc").compactMap(Int32.init).compactMap { Self.trace($0, mine) }
        let home = linkTarget("/proc/\(getpid())/task/\(getpid())/ns/net")
        strayThreads = Files.list("/proc/self/task").filter { thread in
            let place = linkTarget("/proc/self/task/\(thread)/ns/net")
            return place != nil && place != home
        }
        let numbers = Files.list("/proc/self/fd").compactMap(Int32.init)
        descriptors = numbers.count
        strayDescriptors = numbers.compactMap { number in
            guard let target = linkTarget("/proc/self/fd/\(number)") else { return nil }
            let place = target.hasPrefix("socket:") ? Self.namespace(ofSocket: number) : target
            guard let place, place.hasPrefix("net:"), place != home else { return nil }
            return "\(target) in \(place)"
        }
    }

    /// What is there now and was not there before; empty when all is as it was.
    func leftovers(since before: Census) -> [String] {
        var all = labs + processes.filter { !before.processes.contains($0) }
        all += strayThreads.map { "thread \($0) is in another network namespace" } + strayDescriptors
        if descriptors > before.descriptors { all.append("\(descriptors) descriptors, \(before.descriptors) before") }
        return all
    }

    /// A process that is our child, or whose output or arguments belong to one of our labs.
    private static func trace(_ pid: Int32, _ mine: String) -> String? {
        guard pid != getpid(), let stat = try? Files.read("/proc/\(pid)/stat", limit: 4096),
            let end = stat.lastIndex(of: ")")
        else { return nil }
        let parent = stat[stat.index(after: end)...].split(separator: " ").dropFirst().first.flatMap { Int32($0) }
        let words = (try? Files.read("/proc/\(pid)/cmdline", limit: 65_536)) ?? ""
        let log = linkTarget("/proc/\(pid)/fd/1") ?? ""
        guard parent == getpid() || words.contains(mine) || log.contains(mine) else { return nil }
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
        let before = Census()
        try await function()
        guard getenv("NETLAB_KEEP") == nil else { return }
        // Other suites of this process may still be at work, with descriptors and threads of their own.
        var leftovers: [String] = []
        let isClean = eventually(within: .seconds(120)) {
            leftovers = Census().leftovers(since: before)
            return leftovers.isEmpty
        }
        if !isClean { Issue.record("left behind: \(leftovers.joined(separator: "\n"))") }
    }
}

extension Trait where Self == LeavesNothingBehind {
    static var leavesNothingBehind: Self { Self() }
}
