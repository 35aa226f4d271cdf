import NetlabTesting
import Testing

extension RealLabs {
    @Suite("exec and shell") struct ExecTests {
        @Test("the exit status is the command's")
        func status() async throws {
            try await withLab(text: TinyLab.text) { lab throws in
                for (line, status) in [("true", 0), ("exit 7", 7), ("no-such-program", 127), ("kill -9 $$", 137)] {
                    #expect(try lab.exec("web", ["sh", "-c", line]).status == Int32(status), "\(line)")
                }
                let missing = try lab.exec("web", ["no-such-program"])
                #expect(missing.status == 2)
                #expect(missing.stderr.contains("no-such-program: command not found"), "\(missing)")
            }
        }

        @Test("words are passed as they are, and both outputs")
        func words() async throws {
            try await withLab(text: TinyLab.text) { lab throws in
                let end = try lab.exec("web", ["sh", "-c", "printf '<%s>' \"$@\"; echo oops >&2", "x", "a b", "", "--", "*"])
                #expect(end.stdout == "<a b><><--><*>")
                #expect(end.stderr == "oops\n")
            }
        }

        @Test("an unknown node: the nodes there are")
        func unknownNode() async throws {
            try await withLab(text: TinyLab.text) { lab throws in
                for node in ["wbe", "../x", ""] {
                    let end = try lab.exec(node, ["true"])
                    #expect(end.status == 2, "\(end)")
                    #expect(end.stderr.contains("its nodes are: igw, internet, other, user, vpc, web"), "\(end)")
                }
            }
        }

        @Test("it is in the node's network and in no other; mounts made inside stay inside")
        func inside() async throws {
            try await withLab(text: TinyLab.text) { lab throws in
                let addresses = try lab.run("web", "ip", "-o", "-4", "address")
                #expect(addresses.contains("10.0.0.20/24") && addresses.split(separator: "\n").count == 2, "\(addresses)")
                try lab.shell("web", "mount -t tmpfs none /mnt && touch /mnt/nlt-inside")
                #expect(try !lab.run("web", "ls", "/mnt").contains("nlt-inside"))
                #expect(try RunningCommand.start(["ls", "/mnt"]).wait(within: .seconds(5)).stdout.isEmpty)
            }
        }

        @Test("signals have their usual meaning inside")
        func signals() async throws {
            try await withLab(text: TinyLab.text) { lab throws in
                let blocked = try lab.run("web", "grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status")
                #expect(blocked == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n")
            }
        }

        @Test("a shell says where one is")
        func shell() async throws {
            try await withLab(text: TinyLab.text) { lab throws in
                let command =
                    "printf 'echo $NETLAB_NODE of $NETLAB_LAB; exit 5\\n' | "
                    + "SHELL=/bin/bash script -qec '\(lab.program.path) shell \(lab.name) web' /dev/null"
                let end = try RunningCommand.start(["sh", "-c", command]).wait(within: .seconds(20))
                #expect(end.stdout.contains("web of \(lab.name)"), "\(end)")
                #expect(end.stdout.contains("web@\(lab.name)"), "\(end)")
                #expect(end.status == 5, "\(end)")
            }
        }
    }
}
