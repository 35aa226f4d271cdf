import Glibc
import LinuxSystem
import Namespaces

/// Takes a lab down: by name alone, as often as one likes, whatever is left of it.
public struct LabDown: Sendable {
    private let state: StateFolder

    public init(_ name: String) { state = StateFolder(name) }

    /// Removes everything the lab ever made; says whether there was anything.
    public func run() throws -> Bool {
        let isLeft =
            try state.exists || !Self.namespaces(of: state.name).isEmpty
            // A command that was killed with the lock in its hand left the file, and nothing else.
            || Files.exists(LabLock.path(of: state.name))
        guard isLeft else { return false }
        try LabLock.holding(state.name) { _ in try Self.removeEverything(state) }
        return true
    }

    /// What `run` would remove; empty if nothing is there.
    public func preview() throws -> [String] {
        var traces: [String] = []
        if let process = LabStatus(state).serverProcess, try process.isRunning {
            traces.append("process \(process.pid) with all programs it started")
        }
        let names = try Self.namespaces(of: state.name)
        traces += names.map(NamedNamespace.path).filter(Files.exists).map { "namespace \($0)" }
        if state.exists { traces.append("folder \(state.path)") }
        return traces
    }

    /// The background process first (with it go all programs and sockets), then the names of the namespaces, then the
    /// folder. The namespaces themselves end together, in the kernel's own time; links are never deleted one by one.
    static func removeEverything(_ state: StateFolder) throws {
        var failures: [any Error] = []
        attempt(&failures) {
            guard let text = try Files.readIfThere(state.server), let handle = ProcessHandle(text) else { return }
            guard try handle.kill() else {
                throw LabRunnerError(.system, "process \(handle.pid) of lab \(state.name) does not end")
            }
        }
        var names: [String] = []
        attempt(&failures) { names = try namespaces(of: state.name) }
        for name in names {
            attempt(&failures) { try NamedNamespace.delete(name) }
        }
        attempt(&failures) { try NetnsFolder.leave() }
        // The journal goes last: while anything is left, a later `down` must be able to find it.
        if failures.isEmpty { attempt(&failures) { try state.remove() } }
        if let first = failures.first { throw first }
    }

    /// What the journal says, and what carries the lab's name besides.
    static func namespaces(of lab: String) throws -> [String] {
        let journal = try Files.readIfThere(StateFolder(lab).journal) ?? ""
        let recorded = journal.split(separator: "\n").compactMap { line -> String? in
            let words = line.split(separator: " ", maxSplits: 1)
            guard words.count == 2, words[0] == "netns", !words[1].contains("/") else { return nil }
            return String(words[1])
        }
        let found = try Files.list(NamedNamespace.folder).filter { $0.hasPrefix("\(lab).") }
        return Set(recorded + found).sorted()
    }

    private static func attempt(_ failures: inout [any Error], _ body: () throws -> Void) {
        do { try body() } catch { failures.append(error) }
    }
}
