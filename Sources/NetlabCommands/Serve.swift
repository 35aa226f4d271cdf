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

extension Serve: PlainCommand {
    static func runPlainly(_ words: ArraySlice<String>) throws -> Bool {
        guard let words = PlainWords(words, options: ["--readiness", "--lock", "--keeper"]), words.onlyOperand != nil,
            let readiness = words.value(of: "--readiness").flatMap({ Int32($0) }),
            let lock = words.value(of: "--lock").flatMap({ Int32($0) })
        else { return false }
        try ServerMain.run(
            readiness: readiness, lock: lock, keeper: words.value(of: "--keeper").flatMap { Int32($0) })
        return true
    }
}
