import Glibc
import Synchronization

/// What all clients together may hold: connections, and bytes of request bodies kept in memory.
final class Capacity: Sendable {
    private struct Use {
        var connections = 0
        var bytes = 0
    }

    let connections: Int
    let bytes: Int
    private let use = Mutex(Use())

    init(connections: Int = Capacity.defaultConnections, bytes: Int = 64 << 20) {
        self.connections = connections
        self.bytes = bytes
    }

    /// A few thousand, and always fewer than the descriptors this process may open.
    static var defaultConnections: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 512 }
        return max(64, min(4096, Int(clamping: limit.rlim_cur) / 2))
    }

    func admitConnection() -> Bool {
        use.withLock { use in
            guard use.connections < connections else { return false }
            use.connections += 1
            return true
        }
    }

    func connectionEnded() { use.withLock { $0.connections -= 1 } }

    func reserve(bytes count: Int) -> Bool {
        use.withLock { use in
            guard use.bytes + count <= bytes else { return false }
            use.bytes += count
            return true
        }
    }

    func release(bytes count: Int) { use.withLock { $0.bytes -= count } }
}
