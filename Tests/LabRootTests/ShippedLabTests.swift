import Checks
import CloudModel
import LabRunner
import LinuxSystem
import NetlabTesting
import Testing

extension RealLabs {
    /// Every lab in `labs/`.
    static let shipped = ((try? Files.list("\(TestShare.repository)/labs")) ?? []).filter { $0.hasSuffix(".yaml") }.map
    {
        String($0.dropLast(5))
    }

    @Suite("The labs we ship")
    struct ShippedLabTests {
        @Test("there are labs to test") func found() { #expect(shipped.contains("private-nat")) }

        @Test("all checks pass, and down leaves nothing", arguments: shipped)
        func passes(lab: String) async throws {
            var name = ""
            try await withLab(lab) { lab throws in
                name = lab.name
                let report = try lab.check()
                #expect(report.checks.count == lab.running.lab.checks.count)
                let text = try report.rendered(as: .text)
                #expect(report.passed, "\(text)")
            }
            #expect(!Files.exists("/run/netlab/\(name)"))
            #expect(try Files.list("/run/netns").filter { $0.hasPrefix("\(name).") } == [])
        }

        @Test("the host's own namespace is the same before, during and after")
        func hostIsUntouched() async throws {
            let before = try HostState()
            for part in ["links", "addresses", "routes", "rules", "namespaces", "sysctls", "mounts"] {
                #expect(before.parts[part]?.isEmpty == false, "nothing was read: \(part)")
            }
            try await withLab("private-nat") { lab throws in
                #expect(try HostState().differences(from: before) == [])
                #expect(try lab.check("C1", "C8", "C28").passed)
                #expect(try HostState().differences(from: before) == [])
            }
            #expect(try HostState().differences(from: before) == [])
        }

        @Test("two copies with the same addresses run side by side and do not meet")
        func twins() async throws {
            try await withLab("public-igw") { first throws in
                try await withLab("public-igw") { second throws in
                    try first.run("igw", "nft", "flush", "chain", "ip", "netlab", "outbound")
                    #expect(try !first.check("C19").passed)
                    #expect(try second.check("C19").passed)
                }
            }
        }
    }
}
