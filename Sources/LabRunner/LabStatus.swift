public import LinuxSystem
import Namespaces

/// What is left of a lab on this machine.
public struct LabStatus: Sendable {
    private let state: StateFolder

    public init(_ state: StateFolder) { self.state = state }

    /// The background process runs.
    public var isServing: Bool { (try? serverProcess?.isRunning) ?? false }

    /// It was brought up with services, whether they still run or not.
    public var hasServices: Bool { Files.exists(state.server) }

    public var serverProcess: ProcessHandle? {
        (try? Files.read(state.server, limit: 256)).flatMap { ProcessHandle($0) }
    }

    /// Namespaces that the journal names and that are gone.
    public var missingNamespaces: [String] {
        let journal = (try? Files.read(state.journal)) ?? ""
        return journal.split(separator: "\n").compactMap { line -> String? in
            let name = line.split(separator: " ").last.map(String.init) ?? ""
            return Files.exists(NamedNamespace.path(name)) ? nil : name
        }
    }

    /// One word for tables.
    public var summary: String {
        if !state.isComplete { return "broken" }
        return (isServing || !hasServices) && missingNamespaces.isEmpty ? "up" : "broken"
    }
}
