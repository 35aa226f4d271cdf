import CloudModel
import Glibc
import LabFile
import LinuxSystem
import Reachability
import Testing

extension RealLabs {
    /// Prediction equals packet, in clouds that a seed decides.
    @Suite("Random clouds: what is predicted is what packets do")
    struct DifferentialTests {
        /// Each batch runs beside others; 20 clouds of it one after the other.
        static let batches = Array(0..<(clouds + batchSize - 1) / batchSize)
        static let batchSize = 20
        /// `make soak` asks for more.
        static let clouds = getenv("NETLAB_CLOUDS").flatMap { Int(String(cString: $0)) } ?? 300
        /// And how many more with containers, with application load balancers, with groups that name groups.
        static let special = max(100, clouds / 3)
        /// Each run of `make soak` may look at clouds that nobody has seen.
        static let firstSeed = getenv("NETLAB_CLOUD_SEED").flatMap { UInt64(String(cString: $0)) } ?? 1
        /// Clouds that once showed a difference, as small as they could be made; each says which.
        static let found = (try? Files.list(foundFolder))?.filter { $0.hasSuffix(".yaml") }.sorted() ?? []
        private static let foundFolder = "\(TestShare.repository)/Tests/Fixtures/FoundClouds"

        @Test(arguments: batches) func randomClouds(batch: Int) throws {
            var asked = 0
            for number in 0..<Self.batchSize {
                let seed = Self.firstSeed + UInt64(batch * Self.batchSize + number)
                var cloud = RandomCloud(seed: seed)
                asked += try Self.check(cloud.lab(), "seed \(seed)", name: "nlt-\(getpid())-d\(seed)")
            }
            #expect(asked > 1000, "hardly anything was asked")
        }

        /// Hosts with containers besides; their seeds are their own, so that the clouds above stay as they were.
        @Test(arguments: 0..<(special + batchSize - 1) / batchSize) func randomClouds(withContainers batch: Int) throws
        {
            var asked = 0
            for number in 0..<Self.batchSize {
                let seed = Self.firstSeed + UInt64(10_000 + batch * Self.batchSize + number)
                var cloud = RandomCloud(seed: seed, withContainers: true)
                asked += try Self.check(cloud.lab(), "seed \(seed) with containers", name: "nlt-\(getpid())-d\(seed)")
            }
            #expect(asked > 1000, "hardly anything was asked")
        }

        /// Application load balancers in every VPC, with seeds of their own.
        @Test(arguments: 0..<(special + batchSize - 1) / batchSize) func randomClouds(withBalancers batch: Int) throws {
            var asked = 0
            var connections = 0
            for number in 0..<Self.batchSize {
                let seed = Self.firstSeed + UInt64(20_000 + batch * Self.batchSize + number)
                var cloud = RandomCloud(seed: seed, withBalancers: true)
                let lab = cloud.lab()
                connections += lab.balancerConnections.count
                asked += try Self.check(lab, "seed \(seed) with balancers", name: "nlt-\(getpid())-d\(seed)")
            }
            #expect(asked > 1000 && connections > 10, "hardly anything was asked")
        }

        /// What groups stand for, on every way between VPCs and behind network load balancers.
        @Test(arguments: 0..<(special + batchSize - 1) / batchSize) func randomClouds(withReferences batch: Int) throws
        {
            var asked = 0
            for number in 0..<Self.batchSize {
                let seed = Self.firstSeed + UInt64(30_000 + batch * Self.batchSize + number)
                var cloud = RandomCloud(seed: seed, withReferences: true)
                asked += try Self.check(cloud.lab(), "seed \(seed) with references", name: "nlt-\(getpid())-d\(seed)")
            }
            #expect(asked > 1000, "hardly anything was asked")
        }

        @Test("a prediction that is wrong about a load balancer is noticed, of either of its connections")
        func noticesBalancers() throws {
            var first = false
            var second = false
            for seed in 20_001...20_020 as ClosedRange<UInt64> where !(first && second) {
                var cloud = RandomCloud(seed: seed, withBalancers: true)
                let lab = cloud.lab()
                let nodes = Set(lab.balancerConnections.map(\.node))
                var deaf = lab
                var shut = lab
                for vpc in lab.vpcs.indices {
                    for balancer in lab.vpcs[vpc].loadBalancers.indices {
                        deaf.vpcs[vpc].loadBalancers[balancer].listeners = []
                    }
                    for group in lab.vpcs[vpc].securityGroups.indices {
                        shut.vpcs[vpc].securityGroups[group].egress = []
                    }
                }
                let name = "nlt-\(getpid())-b\(seed)"
                let ends = try CloudTrial(lab: lab, name: name, predicted: deaf).run().differences
                first = first || ends.contains { lab.applicationBalancerAddresses.contains($0.question.destination) }
                let connections = try CloudTrial(lab: lab, name: name, predicted: shut).run().differences
                second = second || connections.contains { nodes.contains($0.question.sender) }
            }
            #expect(first && second)
        }

        @Test(arguments: found) func foundBefore(file: String) throws {
            let reading = LabFile.read(try Files.read("\(Self.foundFolder)/\(file)"), file: file)
            let lab = try #require(reading.lab, "\(reading.problems)")
            #expect(try Self.check(lab, file, name: "nlt-\(getpid())-f\(file.prefix(4))") > 0)
        }

        @Test("clouds are such that AWS would take them", arguments: [false, true], [false, true])
        func valid(withContainers: Bool, withBalancers: Bool) {
            for seed in 1...500 as ClosedRange<UInt64> {
                var cloud = RandomCloud(seed: seed, withContainers: withContainers, withBalancers: withBalancers)
                let problems = cloud.lab().validate().filter { $0.severity == .error }
                #expect(problems.isEmpty, "seed \(seed): \(problems)")
            }
        }

        private static func check(_ lab: Lab, _ title: String, name: String) throws -> Int {
            let outcome = try CloudTrial(lab: lab, name: name).run()
            guard let first = outcome.differences.first else { return outcome.asked }
            var shrinker = Shrinker { candidate in
                try !CloudTrial(lab: candidate, name: name).run().differences.isEmpty
            }
            let small = try shrinker.smallest(lab)
            let last = try CloudTrial(lab: small, name: name).run().differences.first ?? first
            Issue.record("\(title): \(last)\nin\n\(LabFile.write(small))")
            return outcome.asked
        }
    }
}
