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
        try LabLock.holding(state.name) { _ in
            try state.verify()
            try StateVersion.checkNotNewer(state)
            try Self.removeEverything(state)
        }
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
    ///
    /// - Parameter strangers: Whether names count that begin like the lab's and stand in no journal of ours.
    static func removeEverything(_ state: StateFolder, strangers: Bool = true) throws {
        var failures: [any Error] = []
        attempt(&failures) {
            for handle in try servers(of: state) {
                guard try handle.kill() else {
                    throw LabRunnerError(.system, "process \(handle.pid) of lab \(state.name) does not end")
                }
            }
        }
        var names: [String] = []
        attempt(&failures) { names = try strangers ? namespaces(of: state.name) : recorded(in: state) }
        for name in names {
            attempt(&failures) { try NamedNamespace.delete(name) }
        }
        attempt(&failures) { try NetnsFolder.leave() }
        // The journal goes last: while anything is left, a later `down` must be able to find it.
        if failures.isEmpty { attempt(&failures) { try state.remove() } }
        if let first = failures.first { throw first }
    }

    /// The background process as it was written down; where that is lost or spoilt, as `/proc` shows it.
    private static func servers(of state: StateFolder) throws -> [ProcessHandle] {
        if let handle = try Files.readIfThere(state.server).flatMap({ ProcessHandle($0) }) { return [handle] }
        // Its log is made before it is started.
        guard Files.exists(state.serverLog) else { return [] }
        return try ServingProcess.all().filter { $0.lab == state.name }.map(\.handle)
    }

    /// What the journal says, and what carries the lab's name besides.
    static func namespaces(of lab: String) throws -> [String] {
        let found = try Files.list(NamedNamespace.folder).filter { $0.hasPrefix("\(lab).") }
        return Set(try recorded(in: StateFolder(lab)) + found).sorted()
    }

    /// What the journal says.
    static func recorded(in state: StateFolder) throws -> [String] {
        let journal = try Files.readIfThere(state.journal) ?? ""
        return journal.split(separator: "\n").compactMap { line -> String? in
            let words = line.split(separator: " ", maxSplits: 1)
            guard words.count == 2, words[0] == "netns", words[1].hasPrefix("\(state.name)."), !words[1].contains("/")
            else { return nil }
            return String(words[1])
        }
    }

    private static func attempt(_ failures: inout [any Error], _ body: () throws -> Void) {
        do { try body() } catch { failures.append(error) }
    }
}
