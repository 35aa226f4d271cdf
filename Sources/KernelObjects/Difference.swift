/// One thing in which a namespace is not what its plan says, and what has to be done about it.
public struct Difference: Hashable, Sendable, CustomStringConvertible {
    public enum Verb: String, Hashable, Sendable {
        /// Planned and not there.
        case add
        /// There and not planned.
        case remove
        /// There, but otherwise than planned.
        case change
    }

    public var verb: Verb
    /// `route`, `link`, `rule of chain sg-app-in`…
    public var noun: String
    /// As it shall be; for `remove`, as it is.
    public var words: String
    /// As it is, for `change`.
    public var was: String?
    /// The object of the lab file it comes from; empty for what no file asked for.
    public var owner: String

    public init(_ verb: Verb, _ noun: String, _ words: String, was: String? = nil, owner: String = "") {
        self.verb = verb
        self.noun = noun
        self.words = words
        self.was = was
        self.owner = owner
    }

    /// What has to be done, after the manner of `diff`: `+ route default via …`.
    public var description: String {
        let sign = verb == .add ? "+" : verb == .remove ? "-" : "~"
        let was = was.map { " (was: \($0))" } ?? ""
        return "\(sign) \(noun) \(words)\(was)\(suffix)"
    }

    /// What is the matter: `route default via … is missing`.
    public var complaint: String {
        switch verb {
        case .add: "\(noun) \(words) is missing\(suffix)"
        case .remove: "\(noun) \(words) is not in the lab file"
        case .change: "\(noun) \(was ?? "") should be \(words)\(suffix)"
        }
    }

    private var suffix: String { owner.isEmpty ? "" : " [\(owner)]" }
}
