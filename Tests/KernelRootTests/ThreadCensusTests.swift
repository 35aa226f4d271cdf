import Glibc
import LinuxSystem
import Namespaces
import Netlink
import Testing

/// A thread that stays in a foreign namespace would hand it on to every thread it starts.
@Suite("Threads come home", .requiresRoot)
struct ThreadCensusTests {
    /// Threads of this process that are in another network namespace than its first thread.
    private func away() throws -> Set<String> {
        let home = Self.link("/proc/self/ns/net")
        return Set(
            try Files.list("/proc/self/task").filter { thread in
                let place = Self.link("/proc/self/task/\(thread)/ns/net")
                return place != nil && place != home
            })
    }

    private static func link(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 256)
        let count = readlink(path, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self) : nil
    }

    @Test("after all kinds of work in namespaces no thread stays away")
    func census() async throws {
        let box = try Sandbox().namespace()
        for _ in 0..<20 {
            _ = try box.namespace.run { try NetlinkSocket(.route) }
            _ = try? box.namespace.run { throw SystemError(call: "test", errno: EPERM) }
        }
        let jobs = (0..<8).map { _ in { @Sendable in try box.namespace.run { try box.namespace.identity } } }
        let results = inParallel(jobs, threads: 4)
        #expect(try Set(results.map { try $0.get() }).count == 1)
        // Tasks made afterwards land on threads that others may have started.
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { await Task.yield() } }
        }
        // Tests beside this one are in namespaces of their own, for a moment: wait for whoever was away at first.
        let suspects = try away()
        let isHome = waitUntil { ((try? away()) ?? suspects).isDisjoint(with: suspects) }
        let lost = suspects.intersection(try away())
        #expect(isHome, "threads \(lost) never came home")
    }

    @Test("a body runs inside, the caller stays outside")
    func place() throws {
        let box = try Sandbox().namespace()
        let home = try NetworkNamespace(name: "home", path: "/proc/thread-self/ns/net").identity
        let inside = try box.namespace.run {
            try NetworkNamespace(name: "here", path: "/proc/thread-self/ns/net").identity
        }
        #expect(inside == (try box.namespace.identity))
        #expect(inside != home)
        #expect(try NetworkNamespace(name: "home", path: "/proc/thread-self/ns/net").identity == home)
    }

    @Test("a body's error reaches the caller")
    func error() throws {
        let box = try Sandbox().namespace()
        let refusal = SystemError(call: "test", errno: EPERM, subject: "x")
        #expect(throws: refusal) { try box.namespace.run { throw refusal } }
    }

    @Test("a file that is no namespace cannot be entered")
    func noNamespace() throws {
        let file = try NetworkNamespace(name: "nothing", path: "/proc/self/status")
        #expect(throws: SystemError(call: "setns", errno: EINVAL, subject: "nothing")) { try file.run {} }
        #expect(throws: SystemError.self) { try NetworkNamespace(name: "gone", path: "/run/netns/nlt-gone") }
    }
}
