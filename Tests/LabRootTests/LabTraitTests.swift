import Checks
import LabRunner
import LinuxSystem
import NetlabTesting
import Testing

extension RealLabs {
    /// What users' tests look like: one lab for a whole suite.
    @Suite("A lab for a suite", .lab("\(TestShare.repository)/labs/public-igw.yaml"))
    struct LabTraitTests {
        @Test("every test finds the same lab", arguments: 1...3)
        func current(_: Int) throws {
            let lab = try #require(LabFixture.current)
            #expect(lab.name.hasPrefix("nlt-") && lab.name.hasSuffix("-public-igw"))
            #expect(
                try Files.list("/run/netns").count { $0.hasSuffix("-public-igw.web") && $0.hasPrefix(lab.name) } == 1)
            #expect(try lab.exec("web", ["true"]).status == 0)
            #expect(try lab.check("C4", "C20").passed)
        }

        @Test("what goes wrong in a lab is told in netlab's own words")
        func words() async throws {
            let error = await #expect(throws: ExecutionFailure.self) {
                try await withLab(text: "lab: broken\n") { _ in }
            }
            #expect(error?.description.contains("exit status 2") == true)
            #expect(error?.description.contains(".yaml:1:1: error: ") == true, "\(error?.description ?? "")")
        }

        @Test("a command that does not end is ended")
        func endless() throws {
            let lab = try #require(LabFixture.current)
            #expect(throws: ExecutionFailure.self) {
                try lab.exec("web", ["sh", "-c", "sleep 600 & sleep 600"], within: .milliseconds(200))
            }
        }
    }
}
