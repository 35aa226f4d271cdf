/// The answer to a flow: the way there, the way back, and why not.
public struct Analysis: Hashable, Sendable {
    public var flow: Flow
    public var forward: Path
    /// `nil` when the first packet never arrives, or nobody answers its kind.
    public var `return`: Path?
    /// Other ways that a load balancer may choose, each complete.
    public var alternatives: [Path]

    /// Packets arrive, and answers come back.
    public var isReachable: Bool { forward.isComplete && (`return`?.isComplete ?? true) }

    /// Why not; empty if reachable.
    public var explanations: [Explanation] {
        isReachable ? [] : forward.explanations + (`return`?.explanations ?? [])
    }

    /// The first reason.
    public var code: ExplanationCode? { explanations.first?.code }
}
