import Foundation
import Glibc
import LinuxSystem
import NetlabTesting
import Testing

extension RealLabs {
    /// Exit status 2 for what the user got wrong, 3 for what the system refuses, and words that help.
    @Suite("Refusals") struct Refusals {
        struct Mistake: Sendable, CustomTestStringConvertible {
            let command: [String]
            let says: [String]
            init(_ command: String, _ says: String...) {
                self.command = command.split(separator: " ").map(String.init)
                self.says = says
            }
            var testDescription: String { command.joined(separator: " ") }
        }

        @Test(
            "the user's mistakes: status 2, and what to do about it",
            arguments: [
                Mistake("up nothing-like-it", "there is no lab nothing-like-it", "private-nat, public-igw"),
                Mistake("up /nonexistent/lab.yaml", "there is no file /nonexistent/lab.yaml"),
                Mistake("up \(TestShare.repository)/docs", "no file of the folder describes a VPC", "describe-vpcs"),
                Mistake("plan nothing-like-it", "there is no lab"),
                Mistake("validate /nonexistent.yaml", "there is no file"),
                Mistake("test nothing-like-it", "there is no lab"),
                Mistake("up private-nat --name Not.A.Name", "\"Not.A.Name\" cannot be the name of a lab"),
                Mistake("down ../../etc", "cannot be the name of a lab"),
                Mistake("check nlt-is-not-up", "lab nlt-is-not-up is not up"),
                Mistake("status nlt-is-not-up", "lab nlt-is-not-up is not up"),
                Mistake("exec nlt-is-not-up app -- true", "lab nlt-is-not-up is not up"),
                Mistake("fail nlt-is-not-up zone a", "lab nlt-is-not-up is not up"),
                Mistake("heal nlt-is-not-up", "lab nlt-is-not-up is not up"),
                Mistake("heal nlt-is-not-up zone", "say which zone shall be healed"),
                Mistake("heal nlt-is-not-up nosuch", "`nosuch` is nothing that can fail"),
                Mistake("down --all nlt-is-not-up", "name labs or say --all, not both"),
                Mistake("exec nlt-is-not-up app", "give a command after --"),
                Mistake("up", "Missing expected argument"), Mistake("down", "name a lab, or say --all"),
                Mistake("frobnicate", "frobnicate"), Mistake("up private-nat --frob", "--frob"),
                Mistake("plan private-nat --json --shell", "exclude each other"),
                Mistake("check x --format xml", "xml"),
            ])
        func mistakes(_ mistake: Mistake) throws {
            let end = try TestShare.program().run(mistake.command)
            #expect(end.status == 2, "\(end)")
            #expect(end.stdout.isEmpty, "\(end)")
            for words in mistake.says { #expect(end.stderr.contains(words), "\(end)") }
        }

        @Test("a bad file: every problem with file, line and column, and nothing is made")
        func badFile() throws {
            let path = "/tmp/nlt-\(getpid())-bad.yaml"
            let text = TinyLab.text.replacing("from: user", with: "from: usr").replacing("zone: a,", with: "zone: b,")
            try Files.write(text, to: path)
            defer { unlink(path) }
            for command in [["up", path], ["validate", path], ["plan", path], ["test", path]] {
                let end = try TestShare.program().run(command)
                #expect(end.status == 2, "\(end)")
                #expect(end.stderr.contains("\(path):6:"), "\(end)")
                #expect(end.stderr.contains("\(path):18:11: error: there is no node named `usr`"), "\(end)")
                #expect(end.stderr.contains("did you mean `user`?"), "\(end)")
            }
            #expect(!Files.exists("/run/netlab/tiny"))
            let rows = try TestShare.program().run("validate", "--json", path)
            #expect(rows.status == 2)
            let problems = try JSONSerialization.jsonObject(with: Data(rows.stdout.utf8)) as? [[String: Any]]
            #expect(problems?.contains { $0["line"] as? Int == 18 && $0["column"] as? Int == 11 } == true, "\(rows)")
            try Files.write("lab: [", to: path)
            let broken = try TestShare.program().run("up", path)
            #expect(broken.status == 2)
            #expect(broken.stderr.hasPrefix("\(path):1:"), "\(broken)")
        }

        @Test("validate reads all it was given, whatever it does not find")
        func validateAll() throws {
            let program = try TestShare.program()
            let path = "\(TestShare.repository)/labs/private-nat.yaml"
            let end = try program.run("validate", "/nonexistent/a.yaml", path, "nothing-like-it")
            #expect(end.status == 2 && end.stdout == "\(path): ok\n", "\(end)")
            #expect(end.stderr.contains("there is no file /nonexistent/a.yaml"), "\(end)")
            #expect(end.stderr.contains("there is no lab nothing-like-it"), "\(end)")
            let rows = try program.run("validate", "--json", "/nonexistent/a.yaml", path, "nothing-like-it")
            #expect(rows.status == 2)
            let problems = try JSONSerialization.jsonObject(with: Data(rows.stdout.utf8)) as? [[String: Any]]
            #expect(problems?.map { $0["file"] as? String } == ["/nonexistent/a.yaml", "nothing-like-it"], "\(rows)")
        }

        @Test("a file that may not be read: its name and the reason")
        func unreadable() throws {
            let path = "/tmp/nlt-\(getpid())-secret.yaml"
            try Files.write(TinyLab.text, to: path, mode: 0)
            defer { unlink(path) }
            let end = try OrdinaryUser().run("validate", path)
            #expect(end.status == 2, "\(end)")
            #expect(end.stderr.contains("\(path) cannot be read") && end.stderr.contains("Permission denied"), "\(end)")
        }

        @Test("root without one capability", arguments: ["net_admin", "net_raw", "sys_admin"])
        func capability(_ name: String) throws {
            let program = try TestShare.program()
            let end = try RunningCommand.start(
                [
                    "setpriv", "--bounding-set=-\(name)", "--inh-caps=-\(name)", program.path, "up", "public-igw",
                    "--name", "nlt-no-cap",
                ], environment: program.environment
            ).wait(within: .seconds(20))
            #expect(end.status == 3, "\(end)")
            #expect(end.stderr.contains("this process lacks CAP_\(name.uppercased())\n"), "\(end)")
            #expect(!Files.exists("/run/netlab/nlt-no-cap"))
        }

        @Test("a machine without dnsmasq: the package to install, from up and from doctor")
        func missingProgram() throws {
            let program = try TestShare.program()
            let script = """
                for folder in /usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /sbin /bin; do
                    [ -e $folder/dnsmasq ] && mount --bind /dev/null $folder/dnsmasq
                done
                "$0" up private-nat --name nlt-no-dnsmasq; echo "up: $?"
                "$0" doctor; echo "doctor: $?"
                """
            let end = try RunningCommand.start(
                ["unshare", "--mount", "sh", "-c", script, program.path], environment: program.environment
            ).wait(within: .seconds(20))
            #expect(end.stdout.hasPrefix("up: 3\n"), "\(end)")
            #expect(end.stderr.contains("dnsmasq is not installed"), "\(end)")
            #expect(end.stdout.contains("MISSING  dnsmasq:") && end.stdout.contains("doctor: 3"), "\(end)")
            #expect(end.stdout.contains("sudo apt-get install dnsmasq-base"), "\(end)")
            #expect(!Files.exists("/run/netlab/nlt-no-dnsmasq"))
        }

        @Test("no apt mirror: how to make one")
        func missingMirror() throws {
            let program = try NetlabProgram(share: "/nonexistent")
            let end = try program.run("up", "\(TestShare.repository)/labs/private-nat.yaml", "--name", "nlt-no-mirror")
            #expect(end.status == 3, "\(end)")
            #expect(end.stderr.contains("make-apt-mirror.sh"), "\(end)")
            #expect(!Files.exists("/run/netlab/nlt-no-mirror"))
        }
    }
}
