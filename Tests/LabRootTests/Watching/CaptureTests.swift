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

        @Test("a node that is named twice is looked at once") func twice() async throws {
            try await withLab("private-nat") { lab throws in
                let capture = try lab.program.start(["capture", lab.name, "app", "app", "--duration", "3", "icmp"])
                usleep(1_500_000)
                try lab.run("app", "ping", "-c", "1", "198.51.100.40")
                let lines = try capture.wait(within: .seconds(20)).output().split(separator: "\n")
                #expect(lines.count == 2, "\(lines)")
            }
        }

        /// What another program prints of a file, line by line.
        private func read(_ command: String...) throws -> [String] {
            try RunningCommand.start(command).wait(within: .seconds(60)).output()
                .split(separator: "\n").map(String.init)
        }

        /// `0x00000002` → `2`.
        private static func plain(_ word: Substring) -> String {
            word.hasPrefix("0x") ? UInt32(word.dropFirst(2), radix: 16).map(String.init) ?? "" : String(word)
        }

        @Test("Wireshark's programs find every interface by name, what each packet did there, and nothing amiss")
        func wireshark() async throws {
            let path = "/tmp/nlt-\(getpid())-wireshark.pcapng"
            defer { unlink(path) }
            try await withLab("private-nat") { lab throws in
                let capture = try lab.program.start([
                    "capture", lab.name, "app", "nat-a", "--count", "6", "-w", path, "icmp", "and", "host", "echo",
                ])
                #expect(eventually { (try? Files.read(path).isEmpty) == false })
                try lab.run("app", "ping", "-c", "1", "198.51.100.40")
                #expect(try capture.wait(within: .seconds(20)).status == 0)

                let fields = [
                    "frame.interface_name", "frame.interface_description", "frame.comment",
                    "frame.packet_flags_direction", "ip.src", "ip.dst", "icmp.type",
                ]
                let words = ["tshark", "-n", "-r", path, "-T", "fields"] + fields.flatMap { ["-e", $0] }
                let lines = try RunningCommand.start(words).wait(within: .seconds(60)).output()
                    .split(separator: "\n").map { $0.split(separator: "\t").map(Self.plain) }
                let (app, nat) = ("instance app, wire to vpc", "NAT gateway nat-a, wire to vpc")
                // 1 came in, 2 went out; 8 asks, 0 answers.
                #expect(
                    lines == [
                        ["app:eth0", app, "leaves \(app)", "2", "10.0.1.10", "198.51.100.40", "8"],
                        ["nat-a:eth0", nat, "reaches \(nat)", "1", "10.0.1.10", "198.51.100.40", "8"],
                        ["nat-a:eth0", nat, "leaves \(nat)", "2", "10.0.0.4", "198.51.100.40", "8"],
                        ["nat-a:eth0", nat, "reaches \(nat)", "1", "198.51.100.40", "10.0.0.4", "0"],
                        ["nat-a:eth0", nat, "leaves \(nat)", "2", "198.51.100.40", "10.0.1.10", "0"],
                        ["app:eth0", app, "reaches \(app)", "1", "198.51.100.40", "10.0.1.10", "0"],
                    ])
                // A file that is cut off or has wrong lengths would end it with an error.
                let facts = try read("capinfos", "-M", "-t", "-c", "-k", "-s", "-I", path)
                    .map { $0.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ") }
                for fact in [
                    "File type: pcapng", "Number of packets: 6", "Capture comment: lab \(lab.name)",
                    "Number of interfaces in file: 2", "Name = app:eth0", "Description = \(nat)",
                    "Time ticks per second = 1000000000",
                    "Filter string = icmp and host echo", "Number of stat entries = 1", "Number of packets = 2",
                    "Number of packets = 4",
                ] {
                    #expect(facts.contains(fact), "\(fact) is not among \(facts)")
                }
                #expect(try dump(path).count == 6)
            }
        }

        @Test("into tcpdump's ears while packets pass, and as lines beside it") func livePipe() async throws {
            try await withLab("private-nat") { lab throws in
                let line =
                    "\(lab.program.path) capture \(lab.name) app nat-a --count 6 --live -w - icmp and host echo "
                    + "| tcpdump -l -n -r -"
                let pipe = try RunningCommand.start(["sh", "-c", line])
                // Each packet comes through at once, not when a buffer is full.
                #expect(
                    try eventually {
                        _ = try lab.exec("app", ["ping", "-c", "1", "198.51.100.40"])
                        return try pipe.outputSoFar().split(separator: "\n").count >= 6
                    })
                let end = try pipe.wait(within: .seconds(20))
                #expect(end.status == 0, "\(end)")
                #expect(end.stdout.split(separator: "\n").count == 6, "\(end)")
                #expect(end.stdout.contains("IP 10.0.0.4 > 198.51.100.40: ICMP echo request"), "\(end)")
                #expect(end.stderr.contains(" nat-a:eth0 out icmp 10.0.0.4 > 198.51.100.40 echo request"), "\(end)")
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
