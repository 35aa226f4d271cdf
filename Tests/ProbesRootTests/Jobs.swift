import LinuxSystem

/// As many threads as jobs.
func inParallelProbes<Value: Sendable>(_ jobs: [@Sendable () throws -> Value]) -> [Result<Value, any Error>] {
    inParallel(jobs, threads: jobs.count)
}
