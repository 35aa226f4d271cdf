import Foundation
import NetlabTesting
import Testing

extension RealLabs {
    @Suite("explain, matrix and diff from the command line")
    struct ReasoningTests {
        @Test("explain: 0 when reachable, 1 when not, 2 for what does not exist")
        func explain() throws {
            let program = try TestShare.program()
            let good = try program.run("explain", "private-nat", "app", "echo:80")
            #expect(good.status == 0)
            #expect(good.stdout.contains("app → echo:80: reachable"))
            #expect(good.stdout.contains("→ 203.0.113.11:1024-65535 > 198.51.100.40:80 tcp"))
            let bad = try program.run("explain", "private-nat", "internet", "app:8080/tcp")
            #expect(bad.status == 1)
            #expect(bad.stdout.contains("IGW_EXPECTS_PUBLIC_ADDRESS"))
            #expect(
                try program.run("explain", "private-nat", "vault", "echo/icmp").stdout.contains("private-nat.yaml:"))
            for words in [
                ["ghost", "app:80"], ["app", "ghost:80"], ["app", "echo:x"], ["app", "echo/gre"], ["app", "echo/tcp"],
            ] {
                let outcome = try program.run(["explain", "private-nat"] + words)
                #expect(outcome.status == 2, "\(words)")
                #expect(outcome.stderr.hasPrefix("netlab: "))
            }
        }

        @Test("explain --json has AWS's shape")
        func json() throws {
            let text = try TestShare.program().run("explain", "public-igw", "user", "web:22", "--json").stdout
            let document = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            let analyses = try #require(document["NetworkInsightsAnalyses"] as? [[String: Any]])
            #expect(analyses.first?["NetworkPathFound"] as? Bool == false)
            let reasons = try #require(analyses.first?["Explanations"] as? [[String: Any]])
            #expect(reasons.first?["ExplanationCode"] as? String == "ENI_SG_RULES_MISMATCH")
            #expect((analyses.first?["ForwardPathComponents"] as? [Any])?.count ?? 0 > 2)
        }

        @Test("explain in a running lab sends the packet, and notices when it goes another way")
        func sent() async throws {
            try await withLab("private-nat") { lab throws in
                let good = try lab.program.run("explain", lab.name, "app", "echo:80")
                #expect(good.status == 0 && good.stdout.contains("the packet agrees with the prediction"), "\(good)")
                #expect(good.stdout.contains("nat-a (NAT gateway): in eth0, out eth0, from 10.0.0.4:"), "\(good)")
                let bad = try lab.program.run("explain", lab.name, "vault", "echo:80")
                #expect(bad.status == 1 && bad.stdout.contains("dropped by rtb isolated-a: no route"), "\(bad)")
                try lab.nft("igw", "insert rule ip netlab outbound drop")
                let broken = try lab.program.run("explain", lab.name, "app", "echo:80")
                #expect(broken.status == 3 && broken.stdout.contains("DISAGREES"), "\(broken)")
                let alone = try lab.program.run("explain", lab.name, "app", "echo:80", "--predict-only")
                #expect(alone.status == 0 && !alone.stdout.contains("a packet sent now"), "\(alone)")
            }
        }

        @Test("explain in a running lab: a container asks its own host's published port, and answers itself")
        func ownHost() async throws {
            try await withLab("ecs-ec2-bridge") { lab throws in
                for question in [["web", "front:8080"], ["worker", "front:8080"], ["front", "front:8080"]] {
                    let end = try lab.program.run(["explain", lab.name] + question)
                    #expect(!end.stdout.contains("DISAGREES"), "\(end)")
                }
                let own = try lab.program.run("explain", lab.name, "web", "front:8080")
                #expect(own.status == 0, "\(own)")
                let sent = own.stdout.components(separatedBy: "a packet sent now:").last ?? ""
                #expect(sent.components(separatedBy: "delivered").count == 3, "\(own)")
            }
        }

        @Test("explain in a running lab notices that the answer gets lost, and where")
        func lostAnswer() async throws {
            try await withLab("private-nat") { lab throws in
                // At the Internet gateway: inwards is nothing but answers here.
                try lab.nft("igw", "insert rule ip netlab inbound drop")
                let broken = try lab.program.run("explain", lab.name, "app", "echo:80")
                #expect(broken.status == 3 && broken.stdout.contains("DISAGREES"), "\(broken)")
                let sent = broken.stdout.components(separatedBy: "a packet sent now:").last ?? ""
                #expect(sent.contains("echo (Internet host): in eth0, delivered"), "\(broken)")
                #expect(sent.contains("igw (Internet gateway): in internet"), "\(broken)")
            }
        }

        @Test("matrix in every format", arguments: ["text", "json", "csv", "svg", "html"])
        func formats(format: String) throws {
            let outcome = try TestShare.program().run("matrix", "public-igw", "--format", format)
            #expect(outcome.status == 0)
            for node in ["web", "admin", "plain", "dark", "user"] { #expect(outcome.stdout.contains(node)) }
        }

        @Test("matrix refuses ports that are none")
        func ports() throws {
            #expect(try TestShare.program().run("matrix", "public-igw", "--ports", "22,x").status == 2)
            #expect(try TestShare.program().run("matrix", "public-igw", "--ports", "").status == 2)
        }

        @Test("diff: nothing between a lab and itself, and what one rule changes")
        func diff() throws {
            let program = try TestShare.program()
            #expect(try program.run("diff", "public-igw", "public-igw").status == 0)
            let folder = try #require(program.share)
            let text = try String(contentsOfFile: "\(folder)/labs/public-igw.yaml", encoding: .utf8)
            let path = "/tmp/nlt-diff-\(ProcessInfo.processInfo.processIdentifier).yaml"
            try text.replacingOccurrences(of: "- { tcp: 22, from: admin }", with: "- { tcp: 22, from: 0.0.0.0/0 }")
                .write(toFile: path, atomically: true, encoding: .utf8)
            defer { unlink(path) }
            let outcome = try program.run("diff", "public-igw", path)
            #expect(outcome.status == 1)
            let lines = outcome.stdout.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
            #expect(lines.contains(["user", "web", "22", "-"]))
            #expect(!lines.contains { $0.first == "admin" && $0.dropFirst().first == "web" })
        }
    }
}
