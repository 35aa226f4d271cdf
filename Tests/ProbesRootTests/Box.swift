import Glibc
import Synchronization
import Testing

/// A value that a server's thread writes and a test reads.
final class Box<Value: Sendable>: Sendable {
    private let state: Mutex<Value>
    init(_ value: Value) { state = Mutex(value) }

    var value: Value {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }

    func update(_ body: (inout sending Value) -> Void) { state.withLock { body(&$0) } }
}

/// Waits up to five seconds for something that another thread brings about.
func waitUntil(_ condition: () throws -> Bool) rethrows -> Bool {
    for _ in 0..<5000 {
        if try condition() { return true }
        usleep(1000)
    }
    return false
}

func eventually(_ condition: () throws -> Bool, sourceLocation: SourceLocation = #_sourceLocation) rethrows {
    #expect(try waitUntil(condition), sourceLocation: sourceLocation)
}
