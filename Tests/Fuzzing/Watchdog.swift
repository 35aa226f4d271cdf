import Glibc

/// Ends the process (by SIGALRM) when one input takes for ever: a hang must be a failure, too.
///
/// Before each trial the input goes into a file `/tmp/netlab-fuzz-*.input`, where it is found after a crash.
final class Watchdog: Sendable {
    /// Seconds.
    private static let limit: UInt32 = 60

    private let path: String
    private let file: Int32

    init() {
        path = "/tmp/netlab-fuzz-\(getpid())-\(UInt32.random(in: 0...UInt32.max)).input"
        file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    }

    deinit {
        close(file)
        unlink(path)
    }

    func guarding<Value>(_ input: [UInt8], _ body: () throws -> Value) rethrows -> Value {
        _ = ftruncate(file, 0)
        _ = pwrite(file, input, input.count, 0)
        alarm(Self.limit)
        defer { alarm(0) }
        return try body()
    }
}
