import Glibc
import LinuxSystem
import NetlabTesting
import Testing

extension RealLabs {
    /// Paths mean the same inside a user's namespaces as outside, and what is made there is the user's.
    @Suite("Files of an ordinary user") struct RootlessFileTests {
        @Test("relative paths, and files under /run, even in what came there after the keeper")
        func paths() throws {
            let user = try OrdinaryUser()
            try Files.write(TinyLab.text, to: "\(user.folder)/tiny.yaml", mode: 0o644)
            let first = user.name("first")
            #expect(try user.shell("\"$netlab\" up ./tiny.yaml --name \(first) && pwd").output().contains(user.folder))

            let late = "/run/nlt-\(getpid())-late"
            try Files.makeFolder(late)
            defer { try? Files.removeTree(late) }
            chown(late, user.id, user.id)
            try Files.write(TinyLab.text, to: "\(late)/lab.yaml", mode: 0o644)
            let second = user.name("second")
            let line =
                "cd \(late) && \"$netlab\" test lab.yaml --name \(second) --output report.txt"
                + " && \"$netlab\" exec \(first) web -- sh -c 'pwd; echo x > made; ls /run/nlt-*-late'"
            #expect(try user.shell(line).output() == "\(late)\nlab.yaml\nmade\nreport.txt\n")
            for file in ["report.txt", "made"] {
                var status = stat()
                #expect(stat("\(late)/\(file)", &status) == 0 && status.st_uid == user.id, "\(file)")
            }
            #expect(try Files.read("\(late)/report.txt").contains("2 passed"))
            try user.run("down", first).output()
            try user.expectNothingLeft()
        }

        @Test("a runtime folder that is a symlink, another's or open to others is refused")
        func hostileFolder() throws {
            let user = try OrdinaryUser()
            let place = "\(user.folder)/netlab"
            let makers: [(String, () throws -> Void)] = [
                ("symlink", { symlink("/tmp", place) }), ("another's", { try Files.makeFolder(place, mode: 0o700) }),
                (
                    "open",
                    {
                        try Files.makeFolder(place, mode: 0o700)
                        chown(place, user.id, user.id)
                        chmod(place, 0o770)
                    }
                ),
            ]
            for (word, make) in makers {
                try make()
                let end = try user.run("up", "public-igw", "--name", user.name("hostile"))
                #expect(end.status == 3, "\(word): \(end)")
                #expect(end.stderr.contains("\(place) is not a folder that is yours alone"), "\(word): \(end)")
                try Files.removeTree(place)
            }
            #expect(try user.servants() == [])
        }

        @Test("under sudo a new report is the caller's; a file that was there keeps its owner")
        func sudo() throws {
            let folder = "/tmp/nlt-\(getpid())-sudo"
            try Files.makeFolder(folder, mode: 0o755)
            defer { try? Files.removeTree(folder) }
            try Files.write(TinyLab.text, to: "\(folder)/tiny.yaml")
            try Files.write("", to: "\(folder)/old.txt")
            for file in ["new.txt", "old.txt"] {
                let program = try TestShare.program()
                let end = try program.run(
                    ["test", "\(folder)/tiny.yaml", "--name", "nlt-\(getpid())-sudo", "--output", "\(folder)/\(file)"],
                    environment: ["SUDO_UID": "65534", "SUDO_GID": "60"])
                #expect(end.succeeded, "\(end)")
            }
            var status = stat()
            #expect(stat("\(folder)/new.txt", &status) == 0 && status.st_uid == 65534 && status.st_gid == 60)
            #expect(stat("\(folder)/old.txt", &status) == 0 && status.st_uid == 0)
            #expect(try Files.read("\(folder)/old.txt").contains("2 passed"))
        }
    }
}
