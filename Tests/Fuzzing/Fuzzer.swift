import SeededRandom

/// Tries a target with inputs grown from its seeds, always the same ones for the same seed.
///
/// An input whose outcome is new joins the pool from which the next ones are made: so the inputs find their way past a
/// parser's first checks without any help of the compiler. (`make fuzz` uses the compiler's, too: libFuzzer.)
public struct Fuzzer {
    public struct Report: Sendable {
        public let executions: Int
        /// How many different things came of them.
        public let outcomes: Int
        public let slowest: Duration
    }

    /// What failed, and the input that made it fail.
    public struct Failure: Error, CustomStringConvertible {
        public let target: String
        public let reason: String
        public let input: [UInt8]

        public var description: String {
            "\(target): \(reason)\ninput (\(input.count) bytes): \(input.prefix(2000).map(hex).joined())\n"
                + "as text: \(String(decoding: input.prefix(2000), as: UTF8.self))"
        }

        private func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }
    }

    private static let poolLimit = 1024
    /// A debug build, on a machine with other things to do.
    private static let patience = Duration.seconds(10)

    private let target: FuzzTarget
    private let corpus: [[UInt8]]
    private let watchdog = Watchdog()

    /// - Parameter corpus: Inputs that failed once; tried first, as they are.
    public init(_ target: FuzzTarget, corpus: [[UInt8]] = []) {
        self.target = target
        self.corpus = corpus
    }

    /// Goes on until there were enough executions, or until the deadline if that is later.
    public func run(
        seed: UInt64, executions wanted: Int, until deadline: ContinuousClock.Instant = .now
    ) throws -> Report {
        var pool: [[UInt8]] = []
        var outcomes: Set<UInt64> = []
        var executions = 0
        var slowest = Duration.zero
        func attempt(_ input: [UInt8]) throws {
            let start = ContinuousClock.now
            let outcome: UInt64
            do {
                outcome = try watchdog.guarding(input) { try target.run(input) }
            } catch {
                throw Failure(target: target.name, reason: "\(error)", input: input)
            }
            executions += 1
            let time = ContinuousClock.now - start
            slowest = max(slowest, time)
            if time > Self.patience { throw Failure(target: target.name, reason: "took \(time)", input: input) }
            guard outcomes.insert(outcome).inserted else { return }
            if pool.count < Self.poolLimit { pool.append(input) }
        }
        for input in corpus + target.seeds() + [[]] { try attempt(input) }
        var mutator = Mutator(target, seed: seed)
        while executions < wanted || ContinuousClock.now < deadline {
            let input = mutator.random.pick(pool)
            try attempt(mutator.mutate(input, with: mutator.random.pick(pool)))
        }
        return Report(executions: executions, outcomes: outcomes.count, slowest: slowest)
    }
}
