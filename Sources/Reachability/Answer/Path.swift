/// The way of one packet, to its end or to where it was stopped.
public struct Path: Hashable, Sendable {
    public var hops: [Hop]
    /// The boxes it passed through, router by router: an outside analyser's view.
    public var boxes: [Component]
    public var disposition: Disposition
    /// The first header.
    public var start: PacketHeader
    /// The last header: what the far end sees.
    public var end: PacketHeader

    /// Why ways that seem to exist were not taken.
    public var hints: [Explanation] = []

    public var isComplete: Bool { disposition.isSuccess }
    public var explanations: [Explanation] { hops.flatMap(\.explanations) + hints }
}
