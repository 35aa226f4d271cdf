import CloudModel

/// The file being read: its name, and what was found wrong with it so far.
final class Source {
    let file: String
    private(set) var problems: [Problem] = []
    /// Every name that some section of the file gives to an object, readable or not.
    var declaredNames: Set<String> = []
    /// Keys that stand twice in one mapping: where the first stands, and its text before `YAMLDocument` renamed it.
    var twins: [Origin: String] = [:]
    /// Checks and controls whose `expect` could not be read whole: what validation says of it would be a guess.
    var unreadExpectations: Set<Origin> = []
    /// Subnets whose instances get a public address by themselves.
    var autoAssigningSubnets: Set<Origin> = []
    /// Instances that say themselves whether they get one.
    var publicAddressWishes: [Origin: Bool] = [:]
    private var reportedTwins: Set<Origin> = []

    init(file: String) {
        self.file = file
    }

    func error(_ origin: Origin, _ message: String, hint: String = "") {
        problems.append(Problem(.error, origin, message, hint: hint))
    }

    /// A suggestion among known words, while the file is not wrong everywhere (the search is quadratic then).
    func near(_ word: String, among candidates: some Collection<String>, listing: String = "") -> String {
        problems.count < 500 ? suggestion(for: word, among: candidates, listing: listing) : ""
    }

    func reportTwin(_ name: String, first: Origin, second: Origin) {
        reportedTwins.formUnion([first, second])
        error(
            second, "`\(ObjectName.shown(name))` is written twice",
            hint: "it also stands in line \(first.line), column \(first.column); keep one of them")
    }

    /// Twins in parts of the file that no reader visited.
    func reportRemainingTwins() {
        for (origin, name) in twins where !reportedTwins.contains(origin) {
            error(origin, "`\(ObjectName.shown(name))` is written twice", hint: "keep one of them")
        }
    }
}
