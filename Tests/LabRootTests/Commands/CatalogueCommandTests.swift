import Foundation
import LinuxSystem
import NetlabTesting
import Testing

extension RealLabs {
    /// `test --all` with catalogues of our own: a share folder with these labs and nothing else.
    @Suite("test --all") struct CatalogueCommandTests {
        /// Runs it where there is no `labs/`, so that the share folder is all there is.
        private func run(_ labs: [String: String], _ words: String...) throws -> Execution {
            let share = "/tmp/netlab-share-\(UInt32.random(in: 0...UInt32.max))"
            try Files.makeFolder(share)
            try Files.makeFolder("\(share)/labs")
            defer { try? Files.removeTree(share) }
            for (name, text) in labs { try Files.write(text, to: "\(share)/labs/\(name).yaml") }
            let program = try NetlabProgram(share: share)
            let line = "cd \(share) && exec \(program.path) test --all \(words.joined(separator: " "))"
            return try RunningCommand.start(["sh", "-c", line], environment: program.environment)
                .wait(within: .seconds(60))
        }

        private func lab(_ name: String, claim: String = "C10") -> String {
            TinyLab.text.replacingOccurrences(of: "lab: tiny", with: "lab: \(name)")
                .replacingOccurrences(of: "claim: C10", with: "claim: \(claim)")
        }

        private let broken = TinyLab.text.replacingOccurrences(of: "lab: tiny", with: "lab: broken")
            .replacingOccurrences(of: "only-private: true", with: "only-private: false")

        @Test("all pass: one row a lab, 0")
        func passes() throws {
            let end = try run(["one": lab("one-\(getpid())"), "two": lab("two-\(getpid())")])
            #expect(end.status == 0, "\(end)")
            let lines = end.stdout.split(separator: "\n")
            #expect(lines.count { $0.hasSuffix("passed") && $0.hasPrefix("one ") } == 1, "\(end)")
            #expect(end.stdout.contains("2 of 2 labs, 4 of 4 checks passed in "), "\(end)")
        }

        @Test("a check that fails: named with its reason, 1; JSON has everything")
        func fails() throws {
            let end = try run(["good": lab("mixed-\(getpid())"), "broken": broken], "--json")
            #expect(end.status == 1, "\(end)")
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(end.stdout.utf8)) as? [String: Any])
            #expect(object["passed"] as? Bool == false)
            let labs = try #require(object["labs"] as? [[String: Any]])
            #expect(labs.map { $0["lab"] as? String } == ["broken", "good"])
            #expect(labs.map { $0["passed"] as? Bool } == [false, true])
            let text = try run(["broken": broken])
            #expect(text.stdout.contains("broken C4 FAIL: the server carries a private address only"), "\(text)")
        }

        @Test("a file with errors: 2, and the others are tested all the same")
        func badFile() throws {
            let end = try run(["bad": "lab: bad\nsubnets: 7\n", "good": lab("kept-\(getpid())")])
            #expect(end.status == 2, "\(end)")
            #expect(end.stdout.contains("NOT TESTED") && end.stderr.contains("bad.yaml:"), "\(end)")
            #expect(end.stdout.contains("1 of 2 labs"), "\(end)")
        }

        @Test("a program that is not there is named before anything is built: 3")
        func missingProgram() throws {
            let text = lab("lacks-\(getpid())").replacingOccurrences(
                of: "http: web:443/", with: "run: no-such-program-anywhere"
            ).replacingOccurrences(of: "succeeds: true, seen-from: user", with: "succeeds: true")
            let end = try run(["lacks": text])
            #expect(end.status == 3, "\(end)")
            #expect(end.stdout.contains("no-such-program-anywhere"), "\(end)")
            #expect(end.stdout.contains("apt-get install no-such-program-anywhere"), "\(end)")
        }

        @Test("claims that only some labs make")
        func only() throws {
            let labs = ["one": lab("chosen-\(getpid())", claim: "C77"), "two": lab("passed-over-\(getpid())")]
            let end = try run(labs, "--only", "C77")
            #expect(end.status == 0, "\(end)")
            #expect(end.stdout.contains("no such claim"), "\(end)")
            #expect(try run(labs, "--only", "C78").status == 2)
        }

        @Test("words that do not go together: 2")
        func misuse() throws {
            for words in [
                ["test"], ["test", "--all", "private-nat"], ["test", "private-nat", "--jobs", "2"],
                ["test", "--all", "--format", "tap"], ["test", "--all", "--name", "x"],
            ] {
                #expect(try TestShare.program().run(words).status == 2, "\(words)")
            }
        }
    }
}
