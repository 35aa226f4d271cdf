import Checks
import CloudModel
import Foundation
import Glibc
import LabRunner
import LinuxSystem
import NetlabTesting
import Reachability
import Testing

extension RealLabs {
    /// What `netlab fail` takes away and `netlab heal` brings back.
    @Suite("Outages") struct OutageTests {
        @Test("a failed zone is in the status and no drift, up leaves it, heal leaves no trace")
        func zone() async throws {
            try await withLab("nat-single-az") { lab throws in
                let before = try lab.rulesets()
                let failed = try lab.program.run("fail", lab.name, "zone", "a").output()
                #expect(failed == "outage: zone a has failed and cuts off nat-a, app-a\n")
                #expect(try lab.rulesets() != before)
                #expect(try !lab.exec("app-b", ["curl", "-sm", "1", "http://198.51.100.40/"]).succeeded)
                #expect(try lab.exec("app-b", ["curl", "-sf", "http://10.0.12.50:8080/"]).succeeded)

                let status = try lab.program.run("status", lab.name, "--json")
                #expect(status.status == 0, "\(status)")
                #expect(status.stdout.contains("\"outage\" : \"zone a\""), "\(status)")
                #expect(status.stdout.contains("\"state\" : \"up\""), "\(status)")
                let up = try lab.program.run("up", "nat-single-az", "--name", lab.name).output()
                #expect(up.contains("nothing to do"), "\(up)")
                #expect(try lab.program.run("fail", lab.name, "zone", "a").stderr.contains("had failed already"))
                #expect(try !lab.exec("app-b", ["curl", "-sm", "1", "http://198.51.100.40/"]).succeeded)

                #expect(try lab.program.run("heal", lab.name).output() == "\(lab.name): nothing has failed\n")
                #expect(try lab.rulesets() == before)
                #expect(try lab.exec("app-b", ["curl", "-sf", "http://198.51.100.40/"]).succeeded)
                let healed = try lab.program.run("status", lab.name)
                #expect(healed.status == 0 && !healed.stdout.contains("outage"), "\(healed)")
            }
        }

        @Test("several at once: each heals alone, and a node stays cut off as long as one of them lasts")
        func several() async throws {
            try await withLab("nat-per-az") { lab throws in
                func reaches(_ node: String) throws -> Bool {
                    try lab.exec(node, ["curl", "-sm", "1", "http://198.51.100.40/"]).succeeded
                }
                for outage in [["node", "app-a"], ["zone", "a"], ["link", "app-b"]] {
                    try lab.program.run(["fail", lab.name] + outage).output()
                }
                #expect(try !reaches("app-a") && !reaches("app-b") && reaches("db-b"))
                let report = try lab.program.run("heal", lab.name, "zone", "a", "--json").output()
                let facts = try JSONSerialization.jsonObject(with: Data(report.utf8)) as? [String: Any]
                let inForce = (facts?["inForce"] as? [[String: Any]])?.compactMap { $0["outage"] as? String }
                #expect(inForce == ["node app-a", "link app-b"], "\(report)")
                #expect(facts?["changed"] as? [String] == ["zone a"])
                #expect(try !reaches("app-a") && !reaches("app-b"))
                try lab.program.run("heal", lab.name, "node", "app-a").output()
                #expect(try reaches("app-a") && !reaches("app-b"))
            }
        }

        /// A lab, and what fails in it.
        struct Loss: Sendable, CustomTestStringConvertible {
            let lab: String
            let outages: [Outage]
            init(_ lab: String, _ outages: String...) {
                self.lab = lab
                self.outages = outages.compactMap(Outage.init)
            }
            var testDescription: String { "\(lab): \(outages.map(\.description).joined(separator: ", "))" }
        }

        @Test(
            "prediction and packets agree about what is left",
            arguments: [
                Loss("nat-per-az", "zone a"), Loss("nat-single-az", "nat nat-a", "link db-b"),
                Loss("private-nat", "node echo", "node bastion"), Loss("public-igw", "node igw"),
                Loss("Tests/Fixtures/GoodLabs/transit-gateway.yaml", "zone a"),
                Loss("Tests/Fixtures/GoodLabs/transit-gateway.yaml", "node hub"),
                Loss("Tests/Fixtures/GoodLabs/endpoints.yaml", "node sqs-a"),
                Loss("Tests/Fixtures/GoodLabs/interfaces.yaml", "zone a"),
                Loss("ecs-fargate-public", "zone a"),
            ])
        func agrees(_ loss: Loss) async throws {
            let name = loss.lab.hasSuffix(".yaml") ? "\(TestShare.repository)/\(loss.lab)" : loss.lab
            try await withLab(name) { lab throws in
                let whole = ReachabilityIndex(lab.running.lab)
                let ports = lab.running.lab.portsOfInterest
                try LabOutages(lab.name).during(loss.outages) { running in
                    #expect(running.lab.outages == loss.outages)
                    let matrix = ReachabilityMatrix(ReachabilityIndex(running.lab), ports: ports)
                    let wrong = try MatrixVerification(running, matrix).run()
                    #expect(wrong.isEmpty, "\(wrong.map(\.sentence).joined(separator: "\n"))")
                    let lost = MatrixDifference(from: ReachabilityMatrix(whole, ports: ports), to: matrix)
                    #expect(!lost.changes.isEmpty, "an outage that changes nothing shows nothing")
                }
                #expect(StateFolder(lab.name).outages == [])
            }
        }

        @Test("names that nothing bears: status 2, and what there is")
        func names() async throws {
            try await withLab("nat-per-az") { lab throws in
                let mistakes = [
                    (["zone", "c"], "no zone c; the lab has a and b"), (["node", "app-c"], "did you mean `app-a`?"),
                    (["nat", "app-a"], "`app-a` is an instance and no NAT gateway; say `node app-a`"),
                    (["node", "vpc"], "`vpc` is a VPC, which is no machine that could fail"),
                    (["zon", "a"], "did you mean `zone`?"), (["link", "zzz"], "no link zzz; the lab has"),
                ]
                for (words, says) in mistakes {
                    for verb in ["fail", "heal"] {
                        let end = try lab.program.run([verb, lab.name] + words)
                        #expect(end.status == 2 && end.stderr.contains(says), "\(end)")
                    }
                }
                #expect(StateFolder(lab.name).outages == [])
            }
        }

        @Test("a changed file: what is still there stays cut off, what is gone is forgotten")
        func changed() async throws {
            try await withLab(text: TinyLab.text) { lab throws in
                try lab.program.run("fail", lab.name, "node", "other").output()
                try lab.program.run("fail", lab.name, "node", "web").output()
                let file = "/tmp/\(lab.name)-less.yaml"
                let lines = TinyLab.text.split(separator: "\n").filter { !$0.contains("  other: {") }
                try Files.write(lines.joined(separator: "\n") + "\n", to: file)
                defer { unlink(file) }
                try lab.program.run("up", file, "--name", lab.name).output()
                #expect(StateFolder(lab.name).outages == [Outage(.node, "web")])
                #expect(try !lab.exec("user", ["curl", "-sm", "1", "http://203.0.113.20:443/"]).succeeded)
                try lab.program.run("heal", lab.name).output()
                #expect(try lab.exec("user", ["curl", "-sf", "http://203.0.113.20:443/"]).succeeded)
            }
        }

        /// Its one check takes as long as somebody lets it.
        private static func waiting(_ file: String) -> String {
            TinyLab.text.replacing(
                "checks:\n",
                with: """
                    checks:
                      - claim: W1
                        says: something goes on while the other server is out
                        from: user
                        outage: node other
                        run: [sh, -c, "echo > \(file).begun; while [ ! -e \(file).go ]; do sleep 0.02; done"]
                        expect: { status: 0 }

                    """)
        }

        @Test("a check's outage is healed: in the end, on Ctrl-C, and by heal after a kill", arguments: [0, 2, 9])
        func healed(signal: Int32) async throws {
            let file = "/tmp/nlt-\(getpid())-outage-\(signal)"
            defer { for end in ["begun", "go"] { unlink("\(file).\(end)") } }
            try await withLab(text: Self.waiting(file)) { lab throws in
                let before = try lab.rulesets()
                let check = try lab.program.start(["check", lab.name, "--only", "W1"])
                #expect(eventually { Files.exists("\(file).begun") })
                #expect(StateFolder(lab.name).outages == [Outage(.node, "other")])
                if signal != 0 { check.signal(signal) }
                if signal == 9 { _ = try check.wait(within: .seconds(20)) }
                try Files.write("", to: "\(file).go")
                if signal == 9 {
                    #expect(try lab.program.run("status", lab.name).output().contains("outage: node other"))
                    try lab.program.run("heal", lab.name).output()
                } else {
                    let end = try check.wait(within: .seconds(40))
                    #expect(end.status == (signal == 2 ? 130 : 0), "\(end)")
                }
                #expect(StateFolder(lab.name).outages == [])
                #expect(try lab.rulesets() == before)
            }
        }

        @Test("by an ordinary user")
        func rootless() throws {
            let user = try OrdinaryUser()
            let name = user.name("outage")
            try user.run("up", "nat-single-az", "--name", name).output()
            try user.run("fail", name, "zone", "a").output()
            let probe = try user.run("probe", name, "app-b", "198.51.100.40")
            #expect(probe.status == 1 && probe.stdout.contains("outage zone a"), "\(probe)")
            try user.run("heal", name).output()
            try user.run("probe", name, "app-b", "198.51.100.40").output()
            try user.run("down", name).output()
            try user.expectNothingLeft()
        }
    }
}

extension LabFixture {
    /// All nftables rules of all namespaces, without what they have counted.
    fileprivate func rulesets() throws -> String {
        try outside("for n in /run/netns/$L.*; do echo $n; nsenter --net=$n nft -s list ruleset; done")
    }
}
