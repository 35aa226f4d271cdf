import Glibc
import LinuxSystem
import NetlabTesting
import Testing

extension RealLabs {
    @Suite("Captures that others can read") struct CaptureTests {
        /// What tcpdump makes of a file.
        private func dump(_ file: String, _ words: String...) throws -> [String] {
            try RunningCommand.start(["tcpdump", "-n", "-r", file] + words).wait(within: .seconds(20)).output()
                .split(separator: "\n").map(String.init)
        }

        @Test("three nodes in one file: each hop with its own address, in order; Ctrl-C leaves it whole")
        func file() async throws {
            let path = "/tmp/nlt-\(getpid())-capture.pcapng"
            defer { unlink(path) }
            try await withLab("private-nat") { lab throws in
                let capture = try lab.program.start([
                    "capture", lab.name, "app", "nat-a", "igw", "-w", path, "icmp", "and", "host", "echo",
                ])
                #expect(eventually { (try? Files.read(path).isEmpty) == false })
                try lab.run("app", "ping", "-c", "3", "-i", "0.01", "198.51.100.40")
                #expect(try eventually { try dump(path).count >= 30 })
                capture.signal(SIGINT)
                let end = try capture.wait(within: .seconds(10))
                #expect(end.status == 0, "\(end)")
                // Three echoes there and back: at app once, at nat-a twice, at the gateway's two interfaces.
                let lines = try dump(path)
                #expect(lines.count == 30, "\(lines)")
                let times = lines.compactMap { $0.split(separator: " ").first }
                #expect(times == times.sorted())
                #expect(lines.filter { $0.contains("203.0.113.11 > 198.51.100.40") }.count == 3)
                #expect(lines.filter { $0.contains("10.0.0.4 > 198.51.100.40") }.count == 6)
                #expect(try dump(path, "icmp[icmptype] == icmp-echoreply").count == 15)
            }
        }

        @Test("to standard output, with a count; a filter by port") func pipe() async throws {
            try await withLab("private-nat") { lab throws in
                let path = "/tmp/nlt-\(getpid())-pipe.pcapng"
                defer { unlink(path) }
                let line = "\(lab.program.path) capture \(lab.name) app --count 4 -w - tcp port 80 > \(path)"
                let capture = try RunningCommand.start(["sh", "-c", line])
                #expect(eventually { (try? Files.read(path).isEmpty) == false })
                try lab.run("app", "curl", "-sf", "http://198.51.100.40/")
                #expect(try capture.wait(within: .seconds(20)).status == 0)
                #expect(try dump(path).count == 4)
            }
        }

        @Test("as text; and what is not understood") func text() async throws {
            try await withLab("private-nat") { lab throws in
                let capture = try lab.program.start(["capture", lab.name, "app", "--duration", "1", "icmp"])
                #expect(
                    try eventually {
                        _ = try lab.exec("app", ["ping", "-c", "1", "198.51.100.40"])
                        return try capture.outputSoFar().contains(
                            " app:eth0 out icmp 10.0.1.10 > 198.51.100.40 echo request ttl 64")
                    })
                #expect(try capture.wait(within: .seconds(20)).status == 0)

                let noFilter = try lab.program.run("capture", lab.name, "app", "nonsense", "words")
                #expect(noFilter.status == 2, "\(noFilter)")
                #expect(noFilter.stderr.contains("is not understood"), "\(noFilter)")
                let noNode = try lab.program.run("capture", lab.name, "nobody")
                #expect(noNode.status == 2)
                #expect(noNode.stderr.contains("its nodes are:"), "\(noNode)")
            }
        }
    }

    @Suite("Ad hoc probes") struct AdHocTests {
        @Test("answers and refusals, with the evidence of both ends") func probe() async throws {
            try await withLab("private-nat") { lab throws in
                let good = try lab.program.run("probe", lab.name, "app", "echo.example:80", "--http")
                #expect(good.status == 0, "\(good)")
                #expect(good.stdout.contains("seen from nat-a 203.0.113.11:"), "\(good)")
                #expect(good.stdout.contains("receiver  echo saw"), "\(good)")

                let stopped = try lab.program.run("probe", lab.name, "vault", "198.51.100.40")
                #expect(stopped.status == 1)
                #expect(stopped.stdout.contains("by rtb isolated-a: no route in vpc"), "\(stopped)")

                let udp = try lab.program.run("probe", lab.name, "worker", "echo:7", "--udp", "--json")
                #expect(udp.status == 0)
                #expect(udp.stdout.contains("\"succeeded\" : true"), "\(udp)")
                #expect(try lab.program.run("probe", lab.name, "app", "10.0.0.1", "--icmp").status == 1)
                for bad in [["nobody", "echo"], ["app", "no-such-host"], ["app", "echo:99999"], ["app", ":80"]] {
                    let end = try lab.program.run(["probe", lab.name] + bad)
                    #expect(end.status == 2, "\(end)")
                }
            }
        }

        @Test("scans") func scan() async throws {
            try await withLab("private-nat") { lab throws in
                let open = try lab.program.run(
                    "scan", lab.name, "scanner", "203.0.113.0/28", "bastion", "--ports", "440-450")
                #expect(open.status == 0, "\(open)")
                #expect(open.stdout.contains("443/tcp  bastion"), "\(open)")
                let none = try lab.program.run("scan", lab.name, "scanner", "nat-a", "--ports", "1-100", "--json")
                #expect(none.status == 1, "\(none)")
                #expect(none.stdout.contains("nat nat-a: not a reply"), "\(none)")
                #expect(try lab.program.run("scan", lab.name, "scanner", "nat-a", "--ports", "9-1").status == 2)
            }
        }
    }
}
