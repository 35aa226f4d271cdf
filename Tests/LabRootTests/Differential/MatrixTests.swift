import Checks
import CloudModel
import LabRunner
import NetlabTesting
import Reachability
import Testing

extension RealLabs {
    @Suite("The matrix of the labs we ship, by packets")
    struct MatrixTests {
        @Test("packets agree in every pair", arguments: shipped)
        func agrees(lab: String) async throws {
            try await withLab(lab) { lab throws in
                let model = lab.running.lab
                let matrix = ReachabilityMatrix(ReachabilityIndex(model), ports: model.portsOfInterest)
                let wrong = try MatrixVerification(lab.running, matrix).run()
                #expect(wrong.isEmpty, "\(wrong.map(\.sentence).joined(separator: "\n"))")
                let open = matrix.ends.indices.flatMap { from in
                    matrix.ends.indices.flatMap { from == $0 ? [] : matrix.open(from, $0) }
                }
                #expect(open.count > 5, "a matrix in which nothing is open shows nothing")
            }
        }

        @Test("a kernel that differs from the file is noticed")
        func notices() async throws {
            try await withLab("public-igw") { lab throws in
                try lab.run("igw", "nft", "flush", "chain", "ip", "netlab", "outbound")
                let matrix = ReachabilityMatrix(ReachabilityIndex(lab.running.lab), ports: [.tcp(443), .ping])
                let wrong = try MatrixVerification(lab.running, matrix).run()
                #expect(wrong.contains { $0.from == "user" && $0.to == "web" && $0.predicted })
                let outcome = try lab.program.run(["matrix", lab.name, "--verify", "--ports", "443"])
                #expect(outcome.status == 1)
                #expect(outcome.stdout.contains("predicted reachable, seen: nothing"))
            }
        }

        @Test("from the command line: 0 when packets agree")
        func command() async throws {
            try await withLab("public-igw") { lab throws in
                let outcome = try lab.program.run(["matrix", lab.name, "--verify"])
                #expect(outcome.status == 0, "\(outcome)")
                #expect(outcome.stdout.contains("packets agree in every pair"))
            }
        }
    }
}
