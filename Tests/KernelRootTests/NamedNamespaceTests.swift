import CNetlabShims
import Glibc
import LinuxSystem
import Namespaces
import Testing

/// Names under `/run/netns`. Each test has a mount namespace and a `/run` of its own: what is on this machine is
/// neither seen nor touched.
@Suite("Named namespaces", .requiresRoot)
struct NamedNamespaceTests {
    /// Runs on a throwaway thread (and those it starts, which `create` does) with an empty `/run`.
    ///
    /// That thread is nobody's task, so an expectation there would belong to no test: what fails is noted and recorded
    /// here.
    private func withOwnRun(_ body: (Notes) throws -> Void) throws {
        let notes = Notes()
        try onThrowawayThread("nlt-mounts") {
            try systemCall("unshare") { cnl_unshare(cnl_clone_newns) }
            try systemCall("mount", "/") { mount("", "/", "none", UInt(MS_PRIVATE) | UInt(MS_REC), nil) }
            try systemCall("mount", "/run") { mount("tmpfs", "/run", "tmpfs", 0, nil) }
            notes.hidden = try Self.mountPoints()
            try body(notes)
        }
        for (comment, place) in notes.failures { Issue.record("\(comment)", sourceLocation: place) }
    }

    /// What a body found to be otherwise than expected.
    private final class Notes {
        var failures: [(comment: String, place: SourceLocation)] = []
        /// Mounts of the machine, out of sight below our own `/run`.
        var hidden: [String] = []

        func expect(_ isSo: Bool, _ comment: String = "not as expected", at place: SourceLocation = #_sourceLocation) {
            if !isSo { failures.append((comment, place)) }
        }

        func expectError(
            _ expected: SystemError, at place: SourceLocation = #_sourceLocation, _ body: () throws -> Void
        ) {
            do {
                try body()
                failures.append(("\(expected) was not thrown", place))
            } catch {
                expect(error as? SystemError == expected, "\(error)", at: place)
            }
        }

        /// How many layers are mounted at a path.
        func mounts(at path: String) throws -> Int {
            try NamedNamespaceTests.mountPoints().count { $0 == path } - hidden.count { $0 == path }
        }
    }

    private static func mountPoints() throws -> [String] {
        try Files.read("/proc/thread-self/mountinfo").split(separator: "\n").map {
            $0.split(separator: " ").dropFirst(4).first.map(String.init) ?? ""
        }
    }

    /// `ip` in the mount namespace of the calling thread, as children are.
    private func ip(_ arguments: String...) throws -> String { try command(["ip", "netns"] + arguments) }

    private let marker = "/run/made-run-netns"
    private let folder = NamedNamespace.folder

    private func create(_ names: String...) throws -> [NetworkNamespace] {
        try NamedNamespace.create(names) { $1 }
    }

    @Test("create, seen by ip, gone after delete; delete again is no error")
    func lifeCycle() throws {
        try withOwnRun { run in
            try NamedNamespace.makeFolder(marker: marker)
            let made = try create("nlt-a", "nlt-b")
            run.expect(Set(try ip("list").split(whereSeparator: \.isWhitespace)).isSuperset(of: ["nlt-a", "nlt-b"]))
            run.expect(try made[0].identity != made[1].identity)
            let opened = try NetworkNamespace(name: "nlt-a", path: NamedNamespace.path("nlt-a"))
            run.expect(try opened.identity == made[0].identity)
            for name in ["nlt-a", "nlt-b", "nlt-a", "nlt-never"] { try NamedNamespace.delete(name) }
            try run.expect(Files.list(folder).isEmpty)
            run.expect(try ip("list").isEmpty)
        }
    }

    @Test("the body runs inside each namespace, in order, and its error ends the making")
    func inside() throws {
        try withOwnRun { run in
            try NamedNamespace.makeFolder(marker: marker)
            let seen = try NamedNamespace.create(["nlt-a", "nlt-b"]) { index, namespace in
                let here = try NetworkNamespace(name: "here", path: "/proc/thread-self/ns/net").identity
                return (index, namespace.name, here == (try namespace.identity))
            }
            run.expect(seen.map(\.0) == [0, 1])
            run.expect(seen.map(\.1) == ["nlt-a", "nlt-b"])
            run.expect(seen.map(\.2) == [true, true])
            run.expectError(SystemError(call: "test", errno: EPERM)) {
                _ = try NamedNamespace.create(["nlt-c", "nlt-d"]) { _, _ in
                    throw SystemError(call: "test", errno: EPERM)
                }
            }
            try run.expect(Files.list(folder) == ["nlt-a", "nlt-b", "nlt-c"], "what was made can be found and deleted")
        }
    }

    @Test("whatever stood ready: every name has a namespace of its own, with nothing in it", arguments: [0, 2, 9])
    func reserve(ready: Int) throws {
        try withOwnRun { run in
            try NamedNamespace.makeFolder(marker: marker)
            let reserve = NamespaceReserve(upTo: ready)
            let outside = try NetworkNamespace(name: "here", path: "/proc/thread-self/ns/net").identity
            let made = try NamedNamespace.create(["nlt-a", "nlt-b", "nlt-c", "nlt-d"], from: reserve) { _, namespace in
                let here = try NetworkNamespace(name: "here", path: "/proc/thread-self/ns/net").identity
                return (here, try namespace.identity, try Files.list("/proc/sys/net/ipv4/conf").sorted())
            }
            run.expect(Set(made.map(\.0) + [outside]).count == 5, "four, and none is ours")
            run.expect(made.allSatisfy { $0.0 == $0.1 }, "settings are made inside")
            run.expect(made.allSatisfy { $0.2 == ["all", "default", "lo"] }, "no interface of anybody else")
            for name in ["nlt-a", "nlt-b", "nlt-c", "nlt-d"] {
                let kept = try NetworkNamespace(name: name, path: NamedNamespace.path(name)).identity
                run.expect(made.contains { $0.0 == kept }, "the name leads there")
            }
        }
    }

    @Test("a name that is taken is refused, and stays as it was")
    func taken() throws {
        try withOwnRun { run in
            try NamedNamespace.makeFolder(marker: marker)
            let first = try create("nlt-a")[0]
            run.expectError(SystemError(call: "open", errno: EEXIST, subject: NamedNamespace.path("nlt-a"))) {
                _ = try create("nlt-a")
            }
            let found = try NetworkNamespace(name: "nlt-a", path: NamedNamespace.path("nlt-a"))
            run.expect(try found.identity == first.identity)
        }
    }

    @Test("a file without a mount, left by somebody who was killed, is deleted like the rest")
    func leftover() throws {
        try withOwnRun { run in
            try NamedNamespace.makeFolder(marker: marker)
            try Files.write("", to: NamedNamespace.path("nlt-a"))
            try NamedNamespace.delete("nlt-a")
            try run.expect(Files.list(folder).isEmpty)
        }
    }

    @Test("several mounts on top of each other all go")
    func layers() throws {
        try withOwnRun { run in
            try NamedNamespace.makeFolder(marker: marker)
            _ = try create("nlt-a")
            let path = NamedNamespace.path("nlt-a")
            for _ in 0..<3 {
                try systemCall("mount", path) { mount("/proc/thread-self/ns/net", path, "none", UInt(MS_BIND), nil) }
            }
            run.expect(try run.mounts(at: path) == 4)
            try NamedNamespace.delete("nlt-a")
            run.expect(try run.mounts(at: path) == 0)
            try run.expect(Files.list(folder).isEmpty)
        }
    }

    @Test("ip netns add after ours mounts nothing over our names, and both can be deleted")
    func together() throws {
        try withOwnRun { run in
            try NamedNamespace.makeFolder(marker: marker)
            _ = try create("nlt-a")
            _ = try ip("add", "nlt-b")
            run.expect(try run.mounts(at: folder) == 1)
            try run.expect(Files.list(folder) == ["nlt-a", "nlt-b"])
            try NamedNamespace.delete("nlt-b")
            _ = try ip("delete", "nlt-a")
            try run.expect(Files.list(folder).isEmpty)
        }
    }

    @Test("ours after ip netns add: the folder is not ours and stays")
    func theirs() throws {
        try withOwnRun { run in
            _ = try ip("add", "nlt-b")
            try NamedNamespace.makeFolder(marker: marker)
            run.expect(!Files.exists(marker))
            _ = try create("nlt-a")
            try NamedNamespace.delete("nlt-a")
            _ = try ip("delete", "nlt-b")
            try NamedNamespace.removeFolderIfOurs(marker: marker)
            run.expect(Files.exists(folder))
            run.expect(try run.mounts(at: folder) == 1)
        }
    }

    @Test("a folder of ours: made once, removed when empty, not before")
    func ours() throws {
        try withOwnRun { run in
            try NamedNamespace.makeFolder(marker: marker)
            try NamedNamespace.makeFolder(marker: marker)
            run.expect(try run.mounts(at: folder) == 1)
            run.expect(Files.exists(marker))
            _ = try create("nlt-a")
            try NamedNamespace.removeFolderIfOurs(marker: marker)
            try run.expect(Files.list(folder) == ["nlt-a"])
            try NamedNamespace.delete("nlt-a")
            try NamedNamespace.removeFolderIfOurs(marker: marker)
            run.expect(!Files.exists(folder))
            run.expect(!Files.exists(marker))
            run.expect(try run.mounts(at: folder) == 0)
            try NamedNamespace.removeFolderIfOurs(marker: marker)
        }
    }

    @Test("a plain folder that somebody else made becomes a mount; in the end it is as if we had not been there")
    func plainFolder() throws {
        try withOwnRun { run in
            try Files.makeFolder(folder)
            try NamedNamespace.makeFolder(marker: marker)
            run.expect(try run.mounts(at: folder) == 1)
            _ = try create("nlt-a")
            try NamedNamespace.delete("nlt-a")
            try NamedNamespace.removeFolderIfOurs(marker: marker)
            run.expect(try run.mounts(at: folder) == 0)
        }
    }

    @Test("a name is deleted while a process looks at it")
    func busy() throws {
        try withOwnRun { run in
            try NamedNamespace.makeFolder(marker: marker)
            let held = try create("nlt-a")[0]
            let opened = try NetworkNamespace(name: "nlt-a", path: NamedNamespace.path("nlt-a"))
            try NamedNamespace.delete("nlt-a")
            try run.expect(Files.list(folder).isEmpty)
            run.expect(try opened.identity == held.identity, "the namespace lives as long as it is held")
        }
    }
}
