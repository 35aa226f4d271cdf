import Checks
import CloudModel
import LabRunner
import NetlabTesting
import Testing

extension RealLabs {
    /// A check that cannot fail proves nothing: break what it relies on, and it must notice.
    @Suite("Broken labs") struct MutationTests {
        static let all =
            PrivateNATMutations.all + PublicIGWMutations.all + ALBPrivateMutations.all + NLBPrivateMutations.all
            + ECSTaskMutations.all + NATZonesMutations.all + InboundMutations.all + DockerPullMutations.all
            + LogPushMutations.all + PaymentsMutations.all + BandwidthMutations.all + NATCostsMutations.all

        @Test("the check notices, and a fresh lab passes again", arguments: all)
        func noticed(_ mutation: Mutation) async throws {
            try await withLab(mutation.lab) { lab throws in
                try mutation.apply(lab)
                let broken = try Self.result(of: mutation, in: lab.running)
                #expect(broken.verdict == mutation.verdict, "\(broken.reason)\n\(broken.trials)\n\(broken.control)")
                #expect(!broken.reason.isEmpty)

                _ = try lab.program.run("down", lab.name).output()
                _ = try lab.program.run("up", mutation.lab, "--name", lab.name).output()
                let fresh = try Self.result(of: mutation, in: try RunningLab.attach(lab.name))
                #expect(fresh.verdict == .pass, "\(fresh.reason)")
            }
        }

        @Test("every check of every lab has a mutation that makes it fail", arguments: shipped)
        func complete(lab: String) async throws {
            let mutations = Self.all.filter { $0.lab == lab && $0.verdict == .fail }
            try await withLab(lab) { lab throws in
                for check in lab.running.lab.checks {
                    let own = mutations.filter { $0.claim == check.claim && check.says.hasPrefix($0.check) }
                    #expect(!own.isEmpty, "\(check.claim): \(check.says)")
                }
            }
        }

        private static func result(of mutation: Mutation, in lab: RunningLab) throws -> CheckResult {
            let report = try CheckRun(lab: lab, only: [mutation.claim]).run()
            let own = report.checks.filter { $0.says.hasPrefix(mutation.check) }
            #expect(own.count == 1, "\(mutation.check)")
            return try #require(own.first)
        }
    }
}
