import LinuxSystem

/// A point on the monotonic clock by which work must end.
///
/// The standard library's clocks belong to Swift Concurrency, which probes never touch.
struct Deadline {
    /// Nanoseconds of CLOCK_MONOTONIC.
    var instant: Int64

    init(in duration: Duration) { instant = Deadline.now &+ duration.nanoseconds }

    var remaining: Duration { .nanoseconds(max(0, instant - Deadline.now)) }
    var isOver: Bool { Deadline.now >= instant }

    static var now: Int64 { KernelClock.monotonic }
}

/// Measures what has passed since it was made.
struct Stopwatch {
    private let start = Deadline.now
    var elapsed: Duration { .nanoseconds(Deadline.now - start) }
}

extension Duration {
    /// Saturates at a century, so that adding it to a clock cannot overflow.
    var nanoseconds: Int64 {
        let century: Int64 = 100 * 365 * 86_400
        let (seconds, attoseconds) = components
        guard seconds < century else { return century * 1_000_000_000 }
        return max(0, seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
