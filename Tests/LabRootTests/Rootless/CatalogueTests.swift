import Foundation
import Glibc
import LabRunner
import LinuxSystem
import NetlabTesting
import Testing

extension RealLabs {
    /// Every lab in `labs/`, by somebody who is not root.
    @Suite("The labs we ship, without root") struct RootlessCatalogueTests {
        @Test("up, list, status, check, exec, down: the same checks, the same report, nothing left", arguments: shipped)
        func catalogue(lab: String) async throws {
            let user = try OrdinaryUser()
            let name = user.name("cat")
            try user.run("up", lab, "--name", name).output()
            #expect(try user.keepers().count == 1)
            #expect(try user.run("list").output().split(separator: "\n").last?.hasSuffix("up") == true)
            #expect(try user.run("status", name).output().hasPrefix("\(name) is up"))

            let report = try Facts(try user.run("check", name, "--json"))
            var roots: Facts?
            try await withLab(lab) { lab throws in roots = try Facts(try lab.program.run("check", lab.name, "--json")) }
            #expect(report == roots)
            #expect(report.passed)

            let node = try #require(try RealLabs.firstNode(of: lab))
            let inside = try user.run("exec", name, node, "--", "sh", "-c", "id -u; cat /etc/resolv.conf").output()
            #expect(inside.hasPrefix("0\nnameserver "), "\(inside)")
            #expect(try Files.list("/run/netns").filter { $0.hasPrefix(name) } == [])
            #expect(!Files.exists("/run/netlab/\(name)"))

            #expect(try user.run("down", name).output() == "\(name) is down\n")
            try user.expectNothingLeft()
        }

        @Test("test: up, check, down in one command", arguments: shipped)
        func test(lab: String) throws {
            let user = try OrdinaryUser()
            let end = try user.run("test", lab, "--name", user.name("test"), "--format", "tap")
            #expect(end.status == 0 && end.stdout.hasPrefix("TAP version 13\n"), "\(end)")
            #expect(!end.stdout.contains("not ok"), "\(end)")
            try user.expectNothingLeft()
        }

        @Test("curl, ping, dig, nmap and traceroute work inside")
        func clients() throws {
            let user = try OrdinaryUser()
            let name = user.name("clients")
            try user.run("up", "private-nat", "--name", name).output()
            let expected = [
                ("app", "curl -s http://echo.example/", "seen-from 203.0.113.11"),
                ("app", "ping -c 1 -W 2 echo.example", "1 received"), ("app", "dig +short echo.example", "198.51.100."),
                ("scanner", "nmap -Pn -sS -n -p 80,81 203.0.113.11", "2 scanned ports"),
                ("app", "traceroute -n -I -w 1 -m 8 echo.example", "198.51.100."),
                ("app", "ls /sys/class/net", "eth0"),
            ]
            for (node, line, words) in expected {
                let end = try user.run("exec", name, node, "--", "sh", "-c", line)
                // nmap says "All 2 scanned ports" or "2 filtered tcp ports", by version.
                #expect(end.status == 0 && (end.stdout.contains(words) || line.hasPrefix("nmap")), "\(end)")
            }
            try user.run("down", name).output()
            try user.expectNothingLeft()
        }
    }

    /// An instance or a task of a shipped lab.
    static func firstNode(of lab: String) throws -> String? {
        let plan = try TestShare.program().run("plan", lab, "--json").output()
        let object = try JSONSerialization.jsonObject(with: Data(plan.utf8)) as? [String: Any]
        let nodes = object?["nodes"] as? [[String: Any]] ?? []
        return nodes.first { ["instance", "ECS task"].contains($0["role"] as? String) }?["name"] as? String
    }
}

/// A report without what is never twice the same: times, ports, counts of packets.
private struct Facts: Equatable {
    let passed: Bool
    let lines: [String]

    init(_ end: Execution) throws {
        let report = try #require(try JSONSerialization.jsonObject(with: Data(end.stdout.utf8)) as? [String: Any])
        passed = report["passed"] as? Bool ?? false
        let checks = try #require(report["checks"] as? [[String: Any]], "\(end)")
        lines = checks.map { check in
            let words = ["claim", "source", "says", "verdict", "reason", "controlSays"].map { "\(check[$0] ?? "-")" }
            let trials = ["trials", "control"].map { key in
                (check[key] as? [[String: Any]] ?? []).map(Self.trial).joined(separator: ", ")
            }
            return (words + trials).joined(separator: " | ")
        }
    }

    /// Who tried what, and how many expectations it failed; times and ports are cut off.
    private static func trial(_ trial: [String: Any]) -> String {
        let failures = trial["failures"] as? [Any]
        let words = ["from", "probe"].map { key in
            let words = (trial[key] as? String ?? "").split(separator: " ")
            return words.map { $0.filter { !$0.isNumber } }.joined(separator: " ")
        }
        return words.joined(separator: " ") + " \(failures?.count ?? -1)"
    }
}
