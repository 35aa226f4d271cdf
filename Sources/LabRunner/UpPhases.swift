/// One step of an `up` and the time it took.
public struct UpPhase: Hashable, Sendable, Encodable {
    public let name: String
    public let seconds: Double

    public init(_ name: String, _ duration: Duration) {
        self.name = name
        let (seconds, attoseconds) = duration.components
        self.seconds = Double(seconds) + Double(attoseconds) / 1e18
    }
}

/// Divides a stretch of time into phases, one after the other without a gap.
struct UpPhases {
    private(set) var all: [UpPhase] = []
    private var last = ContinuousClock.now

    /// What was done since the last phase was this one.
    mutating func end(_ name: String) {
        let now = ContinuousClock.now
        all.append(UpPhase(name, now - last))
        last = now
    }
}
