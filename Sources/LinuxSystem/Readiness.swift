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
