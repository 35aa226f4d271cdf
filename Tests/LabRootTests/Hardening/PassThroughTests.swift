import LinuxSystem
import NetlabTesting
import Testing

extension RealLabs {
    /// What `exec` and `shell` hand on to the command, and what not.
    @Suite("Passing through") struct PassThroughTests {
        @Test("no descriptor of ours; those of the caller stay")
        func descriptors() async throws {
            try await withLab(text: TinyLab.text) { lab throws in
                let script = "exec '\(lab.program.path)' exec \(lab.name) web -- "
                // What the test itself was started with passes through, and nothing comes on top of it.
                let both = try Self.shell("ls /proc/self/fd; echo; \(script) ls /proc/self/fd", lab)
                let halves = both.stdout.split(separator: "\n\n")
                #expect(
                    halves.count == 2 && halves[0].split(separator: "\n") == halves[1].split(separator: "\n"), "\(both)"
                )
                let kept = try Self.shell("exec 7</etc/hostname; " + script + "sh -c 'cat <&7'", lab)
                #expect(try kept.stdout == Files.read("/etc/hostname"), "\(kept)")
            }
        }

        @Test("input, folder, environment, umask, limits, priority and groups are the caller's")
        func surroundings() async throws {
            try await withLab(text: TinyLab.text) { lab throws in
                let show =
                    "cat; pwd; umask; ulimit -n; nice; id -G; echo $NLT_WORD; env | grep -c NETLAB_ || true"
                let here = "cd /usr/share; umask 027; ulimit -n 777; export NLT_WORD='a b'; echo typed | "
                let direct = try Self.shell(here + "nice -n 3 sh -c '\(show)'", lab)
                let inside = try Self.shell(
                    here + "nice -n 3 '\(lab.program.path)' exec \(lab.name) web -- sh -c '\(show)'", lab)
                #expect(direct.stdout == inside.stdout, "\(direct)\n\(inside)")
                #expect(direct.stdout.hasPrefix("typed\n/usr/share\n0027\n777\n3\n"), "\(direct)")
            }
        }

        @Test("a signal to netlab exec is a signal to the command, which sits in its place")
        func signals() async throws {
            try await withLab(text: TinyLab.text) { lab throws in
                for (number, script, status) in [
                    (Int32(15), "trap 'exit 42' TERM; echo ready; while :; do sleep 0.05; done", Int32(42)),
                    (2, "trap 'exit 43' INT; echo ready; while :; do sleep 0.05; done", 43),
                    (1, "echo ready; exec sleep 60", 129), (9, "echo ready; exec sleep 60", 137),
                ] {
                    let command = try lab.start("web", ["sh", "-c", script])
                    #expect(try eventually { try command.outputSoFar().contains("ready") })
                    command.signal(number)
                    #expect(try command.wait(within: .seconds(10)).status == status)
                }
            }
        }

        @Test("the terminal is the caller's: size, name, job control")
        func terminal() async throws {
            try await withLab(text: TinyLab.text) { lab throws in
                let command =
                    "script -qec 'stty rows 33 cols 77; \(lab.program.path) exec \(lab.name) web -- "
                    + "sh -c \"stty size; test -t 0 && test -t 1 && test -t 2 && echo terminal\"' /dev/null"
                let end = try Self.shell(command, lab)
                #expect(end.stdout.contains("33 77") && end.stdout.contains("terminal"), "\(end)")
            }
        }

        private static func shell(_ line: String, _ lab: LabFixture) throws -> Execution {
            try RunningCommand.start(["sh", "-c", line], environment: lab.program.environment).wait(
                within: .seconds(20))
        }
    }
}
