/// What one lab lets through and another does not.
public struct MatrixDifference: Hashable, Sendable {
    /// A pair of nodes that both labs have, and what changed between them.
    public struct Change: Hashable, Sendable {
        public var from: String
        public var to: String
        public var gained: [MatrixPort]
        public var lost: [MatrixPort]
    }

    /// In the order of the second lab, then of the first.
    public var changes: [Change]

    /// - Parameters:
    ///   - before: Its ports are the ones compared; `after` must have the same.
    public init(from before: ReachabilityMatrix, to after: ReachabilityMatrix) {
        let old = Self.positions(before)
        let new = Self.positions(after)
        var changes: [Change] = []
        let names = after.ends.map(\.name) + before.ends.map(\.name).filter { new[$0] == nil }
        for from in names {
            for to in names where from != to {
                let was = Self.open(before, old[from], old[to])
                let now = Self.open(after, new[from], new[to])
                let gained = now.filter { !was.contains($0) }
                let lost = was.filter { !now.contains($0) }
                if !gained.isEmpty || !lost.isEmpty {
                    changes.append(Change(from: from, to: to, gained: gained, lost: lost))
                }
            }
        }
        self.changes = changes
    }

    private static func positions(_ matrix: ReachabilityMatrix) -> [String: Int] {
        Dictionary(matrix.ends.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private static func open(_ matrix: ReachabilityMatrix, _ from: Int?, _ to: Int?) -> [MatrixPort] {
        guard let from, let to else { return [] }
        return matrix.open(from, to)
    }
}
