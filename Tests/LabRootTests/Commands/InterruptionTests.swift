import Glibc
import LinuxSystem
import NetlabTesting
import Testing

extension RealLabs {
    /// `up` and its like, ended at moments nobody chose; the moments come from a seed, so that a failure can be repeated.
    @Suite("Interruptions") struct InterruptionTests {
        @Test("up, interrupted: leaves nothing", arguments: 1...20)
        func interrupted(seed: UInt64) throws {
            let program = try TestShare.program()
            let name = "nlt-\(getpid())-int-\(seed)"
            defer { _ = try? program.run("down", name) }
            let up = try program.start(["up", "private-nat", "--name", name])
            usleep(Moment.microseconds(seed, below: 300_000))
            // Ctrl-C, `kill`, and a terminal that was closed.
            let number = [SIGINT, SIGTERM, SIGHUP][Int(seed % 3)]
            up.signal(number)
            let end = try up.wait(within: .seconds(20))
            if end.status == 0 {
                // It was done before the signal came.
                #expect(try program.run("check", name, "--only", "C4").status == 0)
                try program.run("down", name).output()
            } else {
                // Before it has begun it simply ends, as any program.
                #expect(end.status == 130 || end.status == 128 + number && end.stderr.isEmpty, "\(end)")
            }
            #expect(try Traces.of(name) == [], "\(end)")
            #expect(try eventually { try Traces.processes(of: name).isEmpty })
        }

        @Test("up, killed: down cleans, and so does the next up", arguments: 21...40)
        func killed(seed: UInt64) throws {
            let program = try TestShare.program()
            let name = "nlt-\(getpid())-kill-\(seed)"
            defer { _ = try? program.run("down", name) }
            let up = try program.start(["up", "private-nat", "--name", name])
            usleep(Moment.microseconds(seed, below: 200_000))
            up.signal(SIGKILL)
            let end = try up.wait(within: .seconds(20))
            if end.status != 0, seed % 2 == 0 {
                let again = try program.run("up", "private-nat", "--name", name)
                #expect(again.status == 0, "\(again)")
                #expect(try program.run("check", name, "--only", "C4").status == 0)
            }
            try program.run("down", name).output()
            #expect(try Traces.of(name) == [])
            #expect(try eventually { try Traces.processes(of: name).isEmpty })
        }

        @Test("scan and probe, interrupted: at once", arguments: [SIGINT, SIGTERM, SIGHUP])
        func asking(number: Int32) async throws {
            // All processes of the machine can be seen: an address for each case.
            let nobody = "203.0.113.\(100 + number)"
            try await withLab("private-nat") { lab throws in
                for command in [
                    ["scan", lab.name, "scanner", "203.0.113.0/27", "--ports", "1-65535"],
                    // Nobody answers, and the program that asks would wait for long.
                    ["probe", lab.name, "scanner", "\(nobody):443", "--tls"],
                    ["probe", lab.name, "scanner", "\(nobody):80"],
                ] {
                    let asking = try lab.program.start(command)
                    usleep(500_000)
                    let clock = ContinuousClock()
                    let start = clock.now
                    asking.signal(number)
                    let end = try asking.wait(within: .seconds(60))
                    #expect(clock.now - start < .seconds(1), "\(command)")
                    #expect(end.status == 130 && end.stdout.isEmpty, "\(end)")
                    #expect(end.stderr == "netlab: interrupted\n", "\(end)")
                }
                let left = try lab.exec("scanner", ["pgrep", "-f", "openssl s_client.*\(nobody)"])
                #expect(left.stdout.isEmpty, "\(left)")
            }
        }

        @Test("test, interrupted while it checks: says so and takes the lab down", arguments: 41...44)
        func testInterrupted(seed: UInt64) throws {
            let program = try TestShare.program()
            let name = "nlt-\(getpid())-test-\(seed)"
            defer { _ = try? program.run("down", name) }
            let test = try program.start(["test", "private-nat", "--name", name])
            #expect(eventually { Files.exists("/run/netlab/\(name)/complete") })
            usleep(Moment.microseconds(seed, below: 500_000))
            test.signal(SIGINT)
            let end = try test.wait(within: .seconds(30))
            #expect(end.status == 130, "\(end)")
            #expect(try Traces.of(name) == [])
            #expect(try eventually { try Traces.processes(of: name).isEmpty })
        }
    }
}

/// A random moment, always the same for the same seed.
private enum Moment {
    static func microseconds(_ seed: UInt64, below limit: UInt64) -> UInt32 {
        // splitmix64
        var z = seed &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return UInt32((z ^ (z >> 31)) % limit)
    }
}

extension Traces {
    /// Processes that serve a lab: their output or their arguments are in its folder.
    static func processes(of name: String) throws -> [String] {
        try Files.list("/proc").compactMap { entry in
            guard Int32(entry) != nil else { return nil }
            let log = linkTarget("/proc/\(entry)/fd/1") ?? ""
            let words = (try? Files.read("/proc/\(entry)/cmdline", limit: 65_536)) ?? ""
            return log.contains("/\(name)/") || words.contains("/\(name)/") ? "\(entry) \(words)" : nil
        }
    }
}
