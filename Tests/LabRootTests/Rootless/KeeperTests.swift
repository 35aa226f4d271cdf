import Glibc
import LinuxSystem
import NetlabTesting
import Testing

extension RealLabs {
    /// The process that keeps an ordinary user's namespaces.
    @Suite("The keeper") struct KeeperTests {
        @Test("commands that need no lab start none, nor do list, status, down and check")
        func none() throws {
            let user = try OrdinaryUser()
            for words in [["--version"], ["schema"], ["validate", "private-nat"], ["plan", "public-igw"]] {
                #expect(try user.start(words).wait(within: .seconds(20)).succeeded)
            }
            #expect(try user.run("list").stderr == "no lab is up\n")
            #expect(try user.run("list", "--json").output().filter { !$0.isWhitespace } == "[]")
            #expect(try user.run("status").stderr == "no lab is up\n")
            #expect(try user.run("down", "x").stderr == "x was not up\n")
            #expect(try user.run("down", "--all").succeeded)
            for words in [
                ["status", "x"], ["check", "x"], ["exec", "x", "app", "--", "true"], ["shell", "x", "app"],
            ] {
                let end = try user.start(words).wait(within: .seconds(20))
                #expect(end.status == 2 && end.stderr.contains("lab x is not up"), "\(end)")
            }
            #expect(try user.traces() == [])
        }

        @Test("killed, everything goes with it; the next command starts anew")
        func killed() throws {
            let user = try OrdinaryUser()
            let name = user.name("kill")
            try user.run("up", "public-igw", "--name", name).output()
            #expect(try user.servants().count >= 3, "the keeper, the lab's process and a name server")
            let keeper = try #require(try user.keepers().first)
            kill(keeper, SIGKILL)
            #expect(try eventually { try user.servants().isEmpty })
            // What it left is a socket that nobody listens to.
            #expect(Files.exists("\(user.folder)/netlab/keeper"))
            #expect(try user.run("list").stderr == "no lab is up\n")
            #expect(!Files.exists("\(user.folder)/netlab"))
            #expect(try user.run("down", name).stderr == "\(name) was not up\n")
            try user.run("up", "public-igw", "--name", name).output()
            #expect(try user.run("check", name, "--only", "C19").succeeded)
            try user.run("down", name).output()
            try user.expectNothingLeft()
        }

        @Test("asked to end, it leaves no file", arguments: [SIGTERM, SIGHUP])
        func asked(signal: Int32) throws {
            let user = try OrdinaryUser()
            try user.run("up", "public-igw", "--name", user.name("term")).output()
            let keeper = try #require(try user.keepers().first)
            kill(keeper, signal)
            try user.expectNothingLeft()
        }

        @Test("a session that ends takes its runtime folder along, and the keeper with it")
        func folderGone() throws {
            let user = try OrdinaryUser()
            try user.run("up", "public-igw", "--name", user.name("gone")).output()
            try Files.removeTree("\(user.folder)/netlab")
            try user.expectNothingLeft()
        }

        @Test("six commands at once start one, and it ends with the last lab")
        func race() throws {
            let user = try OrdinaryUser()
            let path = "\(user.folder)/tiny.yaml"
            try Files.write(TinyLab.text, to: path, mode: 0o644)
            let names = (1...6).map { user.name("race\($0)") }
            let ups = try names.map { try user.start(["up", path, "--name", $0]) }
            for up in ups { try up.wait(within: .seconds(60)).output() }
            #expect(try user.keepers().count == 1)
            let list = try user.run("list").output()
            for name in names { #expect(list.contains("\(name)  up"), "\(list)") }
            let downs = try names.map { try user.start(["down", $0]) }
            for down in downs { try down.wait(within: .seconds(60)).output() }
            try user.expectNothingLeft()
        }

        @Test("up, interrupted or killed: nothing is left, at the latest after down", arguments: [SIGINT, SIGKILL])
        func interrupted(signal: Int32) throws {
            let user = try OrdinaryUser()
            for delay in stride(from: UInt32(0), to: 150_000, by: 10_000) {
                let name = user.name("int")
                let up = try user.start(["up", "public-igw", "--name", name])
                usleep(delay)
                up.signal(signal)
                _ = try up.wait(within: .seconds(20))
                try user.run("down", name).output()
                try user.expectNothingLeft()
            }
        }

        @Test("two users, one name, at once: neither sees the other's, nor does root")
        func twoUsers() throws {
            let users = [try OrdinaryUser(), try OrdinaryUser(OrdinaryUser.games)]
            let name = users[0].name("twin")
            let ups = try users.map { try $0.start(["up", "public-igw", "--name", name]) }
            for up in ups { try up.wait(within: .seconds(60)).output() }
            try users[1].run("up", "public-igw", "--name", users[1].name("own")).output()
            #expect(try users[0].run("list").output().split(separator: "\n").count == 2)
            #expect(try users[1].run("list").output().split(separator: "\n").count == 3)
            #expect(try !TestShare.program().run("list").stdout.contains(name))
            try users[0].run("exec", name, "igw", "--", "nft", "flush", "chain", "ip", "netlab", "outbound").output()
            #expect(try users[0].run("check", name, "--only", "C19").status == 1)
            #expect(try users[1].run("check", name, "--only", "C19").status == 0)
            try users[0].run("down", name).output()
            #expect(try users[1].run("check", name, "--only", "C19").status == 0)
            try users[1].run("down", "--all").output()
            for user in users { try user.expectNothingLeft() }
        }

        @Test("the host is the same before, during and after")
        func hostIsUntouched() throws {
            let user = try OrdinaryUser()
            let modules = try Files.readIfThere("/proc/modules").map(Self.names)
            let before = try HostState()
            try user.run("up", "private-nat", "--name", user.name("host")).output()
            #expect(try HostState().differences(from: before) == [])
            #expect(try user.run("check", user.name("host"), "--only", "C1").succeeded)
            try user.run("down", "--all").output()
            try user.expectNothingLeft()
            #expect(try HostState().differences(from: before) == [])
            #expect(try Files.readIfThere("/proc/modules").map(Self.names) == modules)
        }

        private static func names(_ modules: String) -> Set<String> {
            Set(modules.split(separator: "\n").compactMap { $0.split(separator: " ").first.map(String.init) })
        }
    }
}
