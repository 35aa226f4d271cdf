import CNetlabShims
import Glibc

/// Runs `body` on a fresh thread that ends with it, and waits.
///
/// For work that changes what belongs to a thread (its namespaces above all): the thread is never used again, so
/// nothing can leak out of it. Inside, no `Task`, no GCD, no `await`: a pool thread started from there would inherit
/// its namespace for life.
public func onThrowawayThread<Value>(_ name: String = "netlab", _ body: () throws -> Value) throws -> Value {
    var outcome: Result<Value, any Error>?
    let box = { (work: @escaping () -> Void) in Unmanaged.passRetained(Work(run: work)) }
    try withoutActuallyEscaping(body) { body in
        let work = box { outcome = Result { try body() } }
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let work = Unmanaged<Work>.fromOpaque(context).takeRetainedValue()
                work.run()
                return nil
            }, work.toOpaque())
        guard code == 0 else {
            work.release()
            throw SystemError(call: "pthread_create", errno: code, subject: name)
        }
        pthread_join(thread, nil)
    }
    guard let outcome else { preconditionFailure("a joined thread left no outcome") }
    return try outcome.get()
}

private final class Work {
    let run: () -> Void
    init(run: @escaping () -> Void) { self.run = run }
}
