import ArgumentParser
import LabRunner

/// `netlab prune`.
struct PruneLabs: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Clean up what killed commands left. Healthy labs, and what is not netlab's, stay.",
        discussion: """
            Takes away labs whose background process is gone or that were never finished, namespaces of labs that
            nobody remembers, and background processes without a lab. What cannot be told to be netlab's is listed
            and kept.

            EXAMPLES
              netlab prune --dry-run               only say what would be done
              netlab prune
            """)

    @Flag(help: "Say what would be removed, and remove nothing.") var dryRun = false
    @Flag(help: "Print what was found and done as JSON.") var json = false

    private struct Account: Encodable {
        let dryRun: Bool
        let findings: [Prune.Finding]
    }

    func run() throws {
        Interruption.hold()
        let findings = try Prune(dryRun: dryRun).run()
        if json {
            try Output.json(Account(dryRun: dryRun, findings: findings))
        } else if findings.isEmpty {
            Output.note("there is nothing to prune")
        } else {
            for finding in findings { Output.say(Self.line(finding)) }
        }
        if findings.contains(where: { $0.action == .failed }) { throw ExitCode(3) }
    }

    private static func line(_ finding: Prune.Finding) -> String {
        let verb =
            switch finding.action {
            case .removed: "removed"
            case .wouldRemove: "would remove"
            case .kept: "kept"
            case .failed: "could not remove"
            }
        return "\(verb) \(finding.kind.rawValue) \(finding.name): \(finding.why)"
    }
}
