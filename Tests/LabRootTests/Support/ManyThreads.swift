import Foundation
import Testing

/// Runs a suite's tests on more threads than there are processors.
///
/// These tests mostly wait, for programs and for packets; on Swift's own pool, with one thread a processor, two of
/// them would keep all others waiting too.
struct ManyThreads: SuiteTrait, TestScoping {
    let count: Int

    @concurrent func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        // Child tasks inherit the preference, and every test is one.
        try await withTaskExecutorPreference(Workers(count)) { try await function() }
    }

    private final class Workers: TaskExecutor {
        private let operations: OperationQueue

        init(_ count: Int) {
            operations = OperationQueue()
            operations.maxConcurrentOperationCount = count
        }

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            operations.addOperation { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }
}

extension Trait where Self == ManyThreads {
    /// So many tests at once.
    static func threads(_ count: Int) -> Self { Self(count: count) }
}
