import CNetlabShims
import Glibc
import Synchronization

/// Work that goes on on a thread of its own from the moment it is made, until somebody wants its outcome.
///
/// For computing ahead of time. The thread is joined at the latest when the job is let go of.
public final class BackgroundJob<Value: Sendable>: Sendable {
    private let outcome: Outcome<Value>
    /// `nil` once joined, or where no thread could be had.
    private let thread: Mutex<pthread_t?>

    public init(_ name: String, _ body: @escaping @Sendable () throws -> Value) {
        let outcome = Outcome<Value>(body)
        self.outcome = outcome
        let work = Unmanaged.passRetained(
            Work {
                _ = cnl_thread_name(String(name.prefix(15)))
                outcome.settle()
            })
        var started = pthread_t()
        let code = pthread_create(
            &started, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Work>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, work.toOpaque())
        if code != 0 { work.release() }
        thread = Mutex(code == 0 ? started : nil)
    }

    deinit { join() }

    /// Waits for it. Where there is no thread, the caller's own does the work.
    public func value() throws -> Value {
        join()
        return try outcome.settle().get()
    }

    private func join() {
        thread.withLock { thread in
            if let running = thread { pthread_join(running, nil) }
            thread = nil
        }
    }
}

/// What the work came to, once and for all.
private final class Outcome<Value: Sendable>: Sendable {
    private let body: @Sendable () throws -> Value
    private let result = Mutex<Result<Value, any Error>?>(nil)

    init(_ body: @escaping @Sendable () throws -> Value) { self.body = body }

    @discardableResult
    func settle() -> Result<Value, any Error> {
        result.withLock { result in
            if let result { return result }
            let new = Result { try body() }
            result = new
            return new
        }
    }
}

/// Carries a closure through the `void *` of pthread_create.
private final class Work: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}
