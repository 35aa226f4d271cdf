import Glibc
import LinuxSystem
import Namespaces

/// Takes away what killed commands left behind, of every lab there was; touches neither healthy labs nor what may be
/// somebody else's.
public struct Prune: Sendable {
    /// One thing that was found, and what became of it.
    public struct Finding: Hashable, Sendable, Encodable {
        public enum Kind: String, Hashable, Sendable, Encodable { case lab, namespace, process, lock }
        public enum Action: String, Hashable, Sendable, Encodable {
            case removed
            /// In a dry run.
            case wouldRemove = "would-remove"
            /// Left alone, and why.
            case kept
            /// It could not be removed, and why.
            case failed
        }

        public let kind: Kind
        public let name: String
        public let action: Action
        public let why: String
    }

    private let dryRun: Bool

    /// - Parameter dryRun: Look, and touch nothing.
    public init(dryRun: Bool = false) { self.dryRun = dryRun }

    /// Everything that was found, by lab.
    public func run() throws -> [Finding] {
        try StateFolder.verifyRoot()
        let strays = try ServingProcess.all()
        let names = Set(
            try StateFolder.all.map(\.name) + Self.lockedNames() + NamelessLab.candidates() + strays.map(\.lab))
        var findings: [Finding] = []
        for name in names.sorted() {
            try Interruption.check()
            findings += try prune(name, strays.filter { $0.lab == name })
        }
        if !dryRun { try NetnsFolder.leave() }
        return findings
    }

    /// Names whose lock file a killed command left.
    private static func lockedNames() throws -> [String] {
        try Files.list(StateFolder.root).filter { $0.hasPrefix(".") && $0.hasSuffix(".lock") }.map {
            String($0.dropFirst().dropLast(5))
        }
    }

    private func prune(_ name: String, _ processes: [ServingProcess]) throws -> [Finding] {
        let state = StateFolder(name)
        let hasLock = Files.exists(LabLock.path(of: name))
        // Without its lock, for most labs are healthy and somebody may be working with them.
        if Self.isHealthy(state), processes.allSatisfy({ $0.handle == LabStatus(state).serverProcess }) {
            if !hasLock || LabLock.isHeld(name) { return [] }
        }
        var findings: [Finding]?
        if dryRun {
            // Taking the lock would make it, or take it away.
            findings = LabLock.isHeld(name) ? nil : try pruneAlone(state, processes, hasLock: hasLock)
        } else {
            findings = try LabLock.holdingIfFree(name) { try pruneAlone(state, processes, hasLock: hasLock) }
        }
        return findings ?? [Finding(kind: .lab, name: name, action: .kept, why: "another command is at work on it")]
    }

    private func pruneAlone(
        _ state: StateFolder, _ processes: [ServingProcess], hasLock: Bool
    ) throws -> [Finding] {
        // Somebody may have finished while we waited for our turn.
        let isHealthy = Self.isHealthy(state)
        let recorded = LabStatus(state).serverProcess
        var findings: [Finding] = []
        for process in processes where process.handle != recorded {
            findings.append(
                act(.process, "\(process.handle.pid)", "serves lab \(state.name), of which nothing is written down") {
                    guard try process.handle.kill() else { throw LabRunnerError(.system, "it does not end") }
                })
        }
        if !isHealthy { findings += try pruneDead(state) }
        // Only the lock file, which goes together with our own.
        if findings.isEmpty, hasLock { findings.append(act(.lock, state.name, "nobody holds it") {}) }
        return findings
    }

    private func pruneDead(_ state: StateFolder) throws -> [Finding] {
        var findings: [Finding] = []
        // What the journal names goes with the lab.
        let named = try LabDown.recorded(in: state)
        if state.exists {
            findings.append(
                act(.lab, state.name, state.isComplete ? "its background process is gone" : "it was never finished") {
                    try state.verify()
                    try StateVersion.checkNotNewer(state)
                    try LabDown.removeEverything(state, strangers: false)
                })
        }
        findings += try NamelessLab(state.name).namespaces(except: named).map(act)
        return findings
    }

    private func act(_ namespace: NamelessLab.Namespace) -> Finding {
        guard namespace.isOurs else {
            return Finding(
                kind: .namespace, name: namespace.name, action: .kept,
                why: "nothing in it shows that netlab made it")
        }
        return act(.namespace, namespace.name, "no lab of that name is written down") {
            try NamedNamespace.delete(namespace.name)
        }
    }

    private func act(_ kind: Finding.Kind, _ name: String, _ why: String, _ remove: () throws -> Void) -> Finding {
        if dryRun { return Finding(kind: kind, name: name, action: .wouldRemove, why: why) }
        do {
            try remove()
            return Finding(kind: kind, name: name, action: .removed, why: why)
        } catch {
            return Finding(kind: kind, name: name, action: .failed, why: "\(error)")
        }
    }

    /// Its background process lives; or it never had one (`up --no-services`), and all its namespaces are there.
    private static func isHealthy(_ state: StateFolder) -> Bool {
        guard state.isComplete else { return false }
        let status = LabStatus(state)
        return status.isServing || !status.hasServices && status.missingNamespaces.isEmpty
    }
}
