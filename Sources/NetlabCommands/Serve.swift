import ArgumentParser
import LabRunner

/// `netlab __serve`: the background process of a lab. Not for people.
struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "__serve", shouldDisplay: false)

    /// For people who look at `ps`.
    @Argument var lab: String
    @Option var readiness: Int32
    @Option var lock: Int32
    @Option var keeper: Int32?

    func run() throws { try ServerMain.run(readiness: readiness, lock: lock, keeper: keeper) }
}
