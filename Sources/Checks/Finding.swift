/// One thing that was expected, and whether it was so.
struct Finding: Hashable, Sendable {
    let holds: Bool
    /// What was found, in words that make sense either way.
    let text: String

    init(_ holds: Bool, _ text: String) {
        self.holds = holds
        self.text = text
    }
}
