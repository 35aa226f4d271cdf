import CloudModel
import Glibc
import Testing

extension RealLabs {
    /// Prediction equals packet, in clouds that a seed decides.
    @Suite("Random clouds: what is predicted is what packets do")
    struct DifferentialTests {
        /// Each batch runs beside others; 20 clouds of it one after the other.
        static let batches = Array(0..<15)
        static let batchSize = 20
        static let features: RandomCloud.Features = [.networkACLs, .peering, .transitGateways, .endpoints]

        /// Seeds that once showed a difference.
        ///
        /// - 269: a NAT gateway handed on echo replies of flows it had not seen, untranslated.
        static let found: [(seed: UInt64, features: RandomCloud.Features)] = [(269, [])]

        @Test(arguments: batches) func randomClouds(batch: Int) throws {
            var asked = 0
            for number in 0..<Self.batchSize {
                asked += try Self.check(seed: UInt64(1 + batch * Self.batchSize + number), Self.features)
            }
            #expect(asked > 1000, "hardly anything was asked")
        }

        /// Hosts with containers besides; their seeds are their own, so that the clouds above stay as they were.
        @Test(arguments: 0..<5) func randomClouds(withContainers batch: Int) throws {
            var asked = 0
            for number in 0..<Self.batchSize {
                let seed = UInt64(10_001 + batch * Self.batchSize + number)
                asked += try Self.check(seed: seed, Self.features.union(.containers))
            }
            #expect(asked > 1000, "hardly anything was asked")
        }

        @Test(arguments: found) func foundBefore(seed: UInt64, features: RandomCloud.Features) throws {
            #expect(try Self.check(seed: seed, features) > 0)
        }

        private static func check(seed: UInt64, _ features: RandomCloud.Features) throws -> Int {
            var generator = RandomCloud(seed: seed, features: features)
            let lab = generator.lab()
            let name = "nlt-\(getpid())-d\(seed)"
            let outcome = try CloudTrial(lab: lab, name: name).run()
            guard let first = outcome.differences.first else { return outcome.asked }
            var shrinker = Shrinker { candidate in
                try !CloudTrial(lab: candidate, name: name).run().differences.isEmpty
            }
            let small = try shrinker.smallest(lab)
            let last = try CloudTrial(lab: small, name: name).run().differences.first ?? first
            Issue.record("seed \(seed): \(last)\nin \(small.vpcs)")
            return outcome.asked
        }
    }
}
