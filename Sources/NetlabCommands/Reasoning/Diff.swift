import ArgumentParser
import CloudModel
import Reachability

/// `netlab diff`.
struct Diff: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show which pairs of nodes gain or lose reachability from one lab to another.",
        discussion: """
            Predictions from the lab files; exit status 1 if anything differs.

            EXAMPLES
              netlab diff private-nat my-change.yaml
            """)

    @Argument(help: "The lab before: running, known by name, or a file.", completion: .anyLab) var before: String
    @Argument(help: "The lab after.", completion: .anyLab) var after: String
    @Option(help: "Ports, e.g. 22,53/udp,ping; by default those that either lab names.") var ports: String?
    @Flag(help: "Print JSON.") var json = false

    private struct Row: Encodable {
        let from: String
        let to: String
        let gained: [String]
        let lost: [String]
    }

    func run() throws {
        let labs = try [before, after].map(LabModel.read)
        let wanted = try ports.map(MatrixPort.list) ?? Self.common(labs)
        let matrices = labs.map { ReachabilityMatrix(ReachabilityIndex($0), ports: wanted) }
        let changes = MatrixDifference(from: matrices[0], to: matrices[1]).changes
        if json {
            try Output.json(
                changes.map {
                    Row(
                        from: $0.from, to: $0.to, gained: $0.gained.map(\.description),
                        lost: $0.lost.map(\.description))
                })
        } else if changes.isEmpty {
            Output.note("no pair of nodes gains or loses anything")
        } else {
            var table = TextTable(["from", "to", "gains", "loses"])
            for change in changes {
                table.add([change.from, change.to, Self.words(change.gained), Self.words(change.lost)])
            }
            Output.say(table.text)
        }
        if !changes.isEmpty { throw ExitCode(1) }
    }

    private static func words(_ ports: [MatrixPort]) -> String {
        ports.isEmpty ? "-" : ports.map(\.description).joined(separator: " ")
    }

    private static func common(_ labs: [Lab]) -> [MatrixPort] {
        var seen: Set<MatrixPort> = []
        return labs.flatMap(\.portsOfInterest).filter { seen.insert($0).inserted }
    }
}
