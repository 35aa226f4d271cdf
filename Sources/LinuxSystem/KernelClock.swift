import Glibc

/// Nanoseconds of the clocks; the standard library's clocks belong to Swift Concurrency.
public enum KernelClock {
    /// Since some point in the past; never goes back.
    public static var monotonic: Int64 { read(CLOCK_MONOTONIC) }
    /// Since 1970 (UTC).
    public static var wall: Int64 { read(CLOCK_REALTIME) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
