import Checks
import Foundation
import LabRunner
import LinuxSystem
import NetlabTesting
import Testing

extension RealLabs {
    /// What commands print, and where.
    @Suite("Output") struct OutputTests {
        @Test("check: only some claims, all formats, into a file")
        func formats() async throws {
            try await withLab(text: TinyLab.text) { lab throws in
                let only = try lab.program.run("check", lab.name, "--only", "C4").output()
                #expect(only.contains("1 passed in ") && !only.contains("C10"), "\(only)")
                let wrong = try lab.program.run("check", lab.name, "--only", "C99")
                #expect(wrong.status == 2)
                #expect(wrong.stderr.contains("its claims are: C10, C4"), "\(wrong)")

                let path = "/tmp/\(lab.name).xml"
                defer { unlink(path) }
                let junit = try lab.program.run("check", lab.name, "--format", "junit", "--output", path)
                #expect(junit.status == 0 && junit.stdout.isEmpty, "\(junit)")
                let xml = try Files.read(path)
                #expect(
                    xml.hasPrefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"netlab.\(lab.name)\""))
                #expect(xml.contains("tests=\"2\" failures=\"0\" errors=\"0\""), "\(xml)")
                let nowhere = try lab.program.run("check", lab.name, "--output", "/nonexistent/report")
                #expect(nowhere.status == 2)
                #expect(nowhere.stderr.contains("the report could not be written"), "\(nowhere)")
            }
        }

        @Test("a check that fails: status 1, and why")
        func failure() async throws {
            try await withLab(text: TinyLab.text) { lab throws in
                // What is open to everyone is not tracked and stands in a chain of its own.
                try lab.nft("vpc", "flush chain ip netlab sg-web-in")
                try lab.nft("vpc", "flush chain ip netlab sg-web-in-open")
                let end = try lab.program.run("check", lab.name)
                #expect(end.status == 1)
                #expect(end.stdout.contains("C10  FAIL  users reach the server"), "\(end)")
                #expect(end.stdout.contains("1 passed, 1 failed"), "\(end)")
                let tap = try lab.program.run("check", lab.name, "--format", "tap")
                #expect(tap.status == 1 && tap.stdout.contains("not ok 1 - C10"), "\(tap)")
            }
        }

        @Test(
            "what cannot be written was not said: status 3; a reader that went away is no error",
            arguments: [
                "schema", "matrix private-nat", "plan private-nat --json", "validate private-nat", "list --json",
            ])
        func full(command: String) throws {
            let program = try TestShare.program()
            func shell(_ line: String) throws -> Execution {
                try RunningCommand.start(["bash", "-c", line], environment: program.environment)
                    .wait(within: .seconds(20))
            }
            let full = try shell("\(program.path) \(command) >/dev/full")
            #expect(full.status == 3, "\(full)")
            #expect(full.stderr.contains("the output could not be written: "), "\(full)")
            #expect(full.stderr.contains("No space left on device"), "\(full)")
            #expect(full.stderr.split(separator: "\n").count { $0.contains("written") } == 1, "\(full)")
            let closed = try shell("\(program.path) \(command) | true; exit ${PIPESTATUS[0]}")
            #expect([0, 141].contains(closed.status) && closed.stderr.isEmpty, "\(closed)")
            #expect(try shell("\(program.path) \(command) >&-").status == 3)
        }

        @Test("a report's file without room is the machine's matter") func fullFile() throws {
            let end = try TestShare.program().run("matrix", "public-igw", "--output", "/dev/full")
            #expect(end.status == 3 && end.stderr.contains("No space left on device"), "\(end)")
        }

        @Test("colour on a terminal, unless NO_COLOR or a dumb terminal says no")
        func color() async throws {
            try await withLab(text: TinyLab.text) { lab throws in
                // The test runner sets NO_COLOR itself where its output is no terminal.
                func onTerminal(_ environment: String) throws -> String {
                    let command = "env -u NO_COLOR \(environment) \(lab.program.path) check \(lab.name)"
                    return try RunningCommand.start(["script", "-qec", command, "/dev/null"])
                        .wait(within: .seconds(20)).output()
                }
                #expect(try onTerminal("TERM=xterm").contains("\u{1b}[32mPASS"))
                #expect(try !onTerminal("TERM=xterm NO_COLOR=1").contains("\u{1b}["))
                #expect(try !onTerminal("TERM=dumb").contains("\u{1b}["))
                #expect(try !lab.program.run("check", lab.name).stdout.contains("\u{1b}["))
            }
        }

        @Test(
            "every verb has help with a sentence",
            arguments: [
                "up", "down", "test", "check", "fail", "heal", "exec", "shell", "list", "status", "plan", "validate",
                "schema",
                "doctor",
            ])
        func help(verb: String) throws {
            let program = try TestShare.program()
            let end = try program.run(verb, "--help")
            #expect(end.status == 0 && end.stderr.isEmpty, "\(end)")
            #expect(end.stdout.contains("OVERVIEW: ") && end.stdout.contains("USAGE: netlab \(verb)"), "\(end)")
            #expect(try program.run("--help").stdout.contains("  \(verb) "))
            #expect(try !program.run("--help").stdout.contains("__serve"))
        }

        @Test("version, schema, validate, doctor, plan")
        func facts() throws {
            let program = try TestShare.program()
            #expect(try program.run("--version").output().hasPrefix("netlab "))
            let schema = try JSON(program.run("schema"))
            #expect(schema["$schema"] != nil)
            for lab in shipped {
                let path = "\(TestShare.repository)/labs/\(lab).yaml"
                #expect(try program.run("validate", path).output() == "\(path): ok\n")
                #expect(try program.run("plan", lab).output().hasPrefix("\(lab): "))
            }
            let problems = try program.run("validate", "--json", "\(TestShare.repository)/labs/private-nat.yaml")
                .output()
            #expect(try JSONSerialization.jsonObject(with: Data(problems.utf8)) as? [String] == [])
            let doctor = try program.run("doctor")
            #expect(doctor.status == 0 && doctor.stdout.contains("ok       dnsmasq\n"), "\(doctor)")
            let rows = try program.run("doctor", "--json").output()
            let facts = try JSONSerialization.jsonObject(with: Data(rows.utf8)) as? [[String: Any]]
            #expect(facts?.contains { $0["name"] as? String == "nftables" && $0["ok"] as? Bool == true } == true)
        }
    }
}

/// A report of a lab that this process has not looked at before.
func CheckedAnew(_ name: String) throws -> Report { try CheckRun(lab: RunningLab.attach(name), only: []).run() }
