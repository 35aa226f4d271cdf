/// Who listens to a walk. The silent one costs nothing: what it is told is never even made.
protocol WalkLog {
    /// The packet passes a box.
    func visit(_ box: @autoclosure () -> Component)
    /// Something was decided about it.
    func add(_ hop: @autoclosure () -> Hop)
}

/// For the matrix: only the verdict counts.
struct Silence: WalkLog {
    func visit(_ box: @autoclosure () -> Component) {}
    func add(_ hop: @autoclosure () -> Hop) {}
}

/// For explanations: everything, in order. A class, so that a walk may write into it while it looks at itself.
final class Diary: WalkLog {
    private(set) var boxes: [Component] = []
    private(set) var hops: [Hop] = []

    func visit(_ box: @autoclosure () -> Component) { boxes.append(box()) }
    func add(_ hop: @autoclosure () -> Hop) { hops.append(hop()) }
}
