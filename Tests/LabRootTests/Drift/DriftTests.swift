import Checks
import Foundation
import LabRunner
import LinuxSystem
import NetlabTesting
import Testing

extension RealLabs {
    /// Somebody's hand in a running lab: `status` names it, `up` mends it.
    @Suite("Drift") struct DriftTests {
        @Test("is named by status, shown by up --dry-run, mended by up", arguments: Drift.all)
        func mended(_ drift: Drift) async throws {
            try await withLab(text: TinyLab.text) { lab throws in
                let file = try lab.writtenFile(TinyLab.text)
                defer { try? FileManager.default.removeItem(atPath: file) }
                try lab.outside(drift.line)

                let status = try lab.program.run("status", lab.name)
                #expect(status.status != 0, "\(status)")
                #expect(
                    status.stdout.contains("drift: \(drift.says)") || status.stdout.contains(drift.says), "\(status)")
                #expect(status.stdout.contains("repair: netlab up "), "\(status)")
                let preview = try lab.program.run("up", file, "--name", lab.name, "--dry-run").output()
                #expect(preview.contains("netlab up would change:"), "\(preview)")

                let up = try lab.program.run("up", file, "--name", lab.name)
                #expect(up.status == 0, "\(up)")
                #expect(up.stdout.contains(" change"), "\(up)")
                let after = try lab.program.run("status", lab.name)
                #expect(after.status == 0, "\(after)")
                let check = try CheckedAnew(lab.name)
                #expect(check.passed)
            }
        }

        @Test("a user's own interface and rules inside an instance are no drift")
        func guests() async throws {
            try await withLab(text: TinyLab.text) { lab throws in
                try lab.outside(
                    """
                    ip netns exec $L.web sh -c 'ip link add mine type bridge && ip link add pair type veth peer name other && ip address add 10.9.9.9/24 dev mine \
                    && ip link set mine up && nft add table inet mine'
                    """)
                let status = try lab.program.run("status", lab.name)
                #expect(status.status == 0, "\(status)")
            }
        }
    }
}

extension LabFixture {
    /// A line of shell on the host; `$L` is the lab, `$PID` its background process.
    @discardableResult
    func outside(_ line: String) throws -> String {
        let pid = LabStatus(running.state).serverProcess.map { "\($0.pid)" } ?? ""
        return try RunningCommand.start(["sh", "-c", line], environment: ["L": name, "PID": pid])
            .wait(within: .seconds(20)).output()
    }

    /// A lab file of this test's own.
    func writtenFile(_ text: String) throws -> String {
        let path = "/tmp/\(name)-\(UInt32.random(in: 0 ... .max)).yaml"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// `up` of the running lab by this text.
    @discardableResult
    func change(to text: String) throws -> Execution {
        let file = try writtenFile(text)
        defer { try? FileManager.default.removeItem(atPath: file) }
        return try program.run("up", file, "--name", name, "--json")
    }

    /// Whether nothing differs from this text, by `plan --diff`.
    func difference(from text: String) throws -> [String] {
        let file = try writtenFile(text)
        defer { try? FileManager.default.removeItem(atPath: file) }
        let end = try program.run("plan", file, "--name", name, "--diff", "--json")
        let facts = try JSONSerialization.jsonObject(with: Data(end.output().utf8)) as? [String: Any]
        let entries = try #require(facts?["wouldChange"] as? [[String: Any]], "\(end)")
        return entries.map { "\($0["place"] ?? ""): \($0["verb"] ?? "") \($0["object"] ?? "") \($0["words"] ?? "")" }
    }
}
