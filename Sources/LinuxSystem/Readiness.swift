import Glibc

/// Waits for descriptors.
public enum Readiness {
    /// Returns when one of them can be read, or after `milliseconds`; -1 waits for ever.
    ///
    /// - Returns: The places of those that can be read; empty when the time is over.
    public static func wait(for descriptors: [Int32], milliseconds: Int32) throws(SystemError) -> [Int] {
        var polled = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let ready = try systemCall("poll") { poll(&polled, nfds_t(polled.count), milliseconds) }
        return ready == 0 ? [] : polled.indices.filter { polled[$0].revents != 0 }
    }
}

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
