import Synchronization

/// A clock that moves when told.
final class TestClock: Sendable {
    private let instant = Mutex(ContinuousClock.now)
    var now: ContinuousClock.Instant { instant.withLock { $0 } }
    func advance(seconds: Int) { instant.withLock { $0 += .seconds(seconds) } }
}
