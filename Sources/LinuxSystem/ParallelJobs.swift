import CNetlabShims
import Glibc
import Synchronization

/// Runs the jobs on at most `threads` fresh pthreads, waits for all, and returns their results in the jobs' order.
///
/// Plain threads, because a job may block for seconds and Swift's pool has one thread per core. A job that throws
/// fails alone. Where no thread can be had, the caller's own does the work. Jobs that need a namespace enter it by
/// `NetworkNamespace.run`, not here: a thread serves several jobs.
public func inParallel<Value: Sendable>(
    _ jobs: [@Sendable () throws -> Value], threads: Int, name: String = "netlab-job"
) -> [Result<Value, any Error>] {
    let queue = JobQueue(jobs)
    var running: [pthread_t] = []
    // The caller is one of the workers only where it must be; a lone job is such a case, and needs no thread.
    for _ in 0..<(jobs.count > 1 ? min(threads, jobs.count) : 0) {
        let worker = Unmanaged.passRetained(
            Worker {
                _ = cnl_thread_name(String(name.prefix(15)))
                queue.work()
            })
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Worker>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, worker.toOpaque())
        guard code == 0 else {
            worker.release()
            break
        }
        running.append(thread)
    }
    if running.isEmpty { queue.work() }
    for thread in running { pthread_join(thread, nil) }
    return queue.results()
}

/// Jobs not yet taken and the results so far; each worker takes the next until none is left.
private final class JobQueue<Value: Sendable>: Sendable {
    private let jobs: [@Sendable () throws -> Value]
    private let next = Atomic<Int>(0)
    private let finished: Mutex<[Result<Value, any Error>?]>

    init(_ jobs: [@Sendable () throws -> Value]) {
        self.jobs = jobs
        finished = Mutex(Array(repeating: nil, count: jobs.count))
    }

    func work() {
        while true {
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard index < jobs.count else { return }
            let result = Result { try jobs[index]() }
            finished.withLock { $0[index] = result }
        }
    }

    func results() -> [Result<Value, any Error>] {
        finished.withLock { all in
            all.map { result in
                guard let result else { preconditionFailure("joined workers left a job undone") }
                return result
            }
        }
    }
}

/// Carries a closure through the `void *` of pthread_create.
private final class Worker: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}
