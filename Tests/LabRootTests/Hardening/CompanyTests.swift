import Glibc
import LabRunner
import LinuxSystem
import NetlabTesting
import Testing

extension RealLabs {
    /// Others in the way: a process that will not leave, a second `up` of the same name.
    @Suite("In company") struct CompanyTests {
        @Test("a process stuck inside: down takes the names away and says who is still there")
        func stuck() async throws {
            try await withLab(text: TinyLab.text) { lab throws in
                let sleeper = try lab.start("web", ["sleep", "600"])
                // It is inside once it has become `sleep`.
                #expect(try eventually { try Files.read("/proc/\(sleeper.pid)/comm", limit: 64) == "sleep\n" })
                let end = try lab.program.run("down", lab.name)
                #expect(end.status == 0 && end.stdout == "\(lab.name) is down\n", "\(end)")
                #expect(
                    end.stderr
                        == "process \(sleeper.pid) (sleep) is still inside \(lab.name).web, which goes when it ends\n")
                #expect(try Traces.of(lab.name) == [])
                // The name is free again while the old namespace lives on.
                try lab.program.run("up", "public-igw", "--name", lab.name).output()
                try lab.program.run("down", lab.name).output()
                sleeper.signal(9)
                _ = try sleeper.wait(within: .seconds(10))
            }
        }

        @Test(
            "up twice at once: one builds, the other waits and finds nothing to change; the lab is whole",
            arguments: 1...5)
        func twice(_ turn: Int) throws {
            let program = try TestShare.program()
            let name = "nlt-\(getpid())-twice-\(turn)"
            defer { _ = try? program.run("down", name) }
            let both = try (0..<2).map { _ in try program.start(["up", "public-igw", "--name", name]) }
            let ends = try both.map { try $0.wait(within: .seconds(60)) }
            #expect(ends.allSatisfy { $0.status == 0 }, "\(ends)")
            #expect(try program.run("check", name, "--only", "C10").status == 0)
            try program.run("down", name).output()
            #expect(try Traces.of(name) == [])
        }

        @Test("nothing of a lab listens on the host, loopback included")
        func hostIsClosed() async throws {
            try await withLab("private-nat") { lab throws in
                let server = try #require(LabStatus(lab.running.state).serverProcess).pid
                let family = try Self.family(of: server)
                #expect(family.count >= 2, "the server and its dnsmasq: \(family)")
                var sockets: Set<String> = []
                for process in family {
                    for number in try Files.list("/proc/\(process)/fd") {
                        guard let target = linkTarget("/proc/\(process)/fd/\(number)"), target.hasPrefix("socket:[")
                        else { continue }
                        sockets.insert(String(target.dropFirst(8).dropLast()))
                    }
                }
                #expect(sockets.count >= 10, "the listeners of a lab: \(sockets)")
                for table in ["tcp", "tcp6", "udp", "udp6", "udplite", "raw", "raw6"] {
                    let here = try Files.readIfThere("/proc/1/net/\(table)") ?? ""
                    let own = try Files.readIfThere("/proc/thread-self/net/\(table)") ?? ""
                    for line in (here + own).split(separator: "\n") {
                        let fields = line.split(separator: " ")
                        #expect(fields.count < 10 || !sockets.contains(String(fields[9])), "\(table): \(line)")
                    }
                }
            }
        }

        /// A process and all that descend from it.
        private static func family(of ancestor: Int32) throws -> [Int32] {
            let parents = try Files.list("/proc").compactMap(Int32.init).compactMap { pid -> (Int32, Int32)? in
                guard let stat = try? Files.read("/proc/\(pid)/stat", limit: 4096), let end = stat.lastIndex(of: ")")
                else { return nil }
                return Int32(stat[end...].split(separator: " ")[2]).map { (pid, $0) }
            }
            var family = [ancestor]
            var index = 0
            while index < family.count {
                family += parents.filter { $0.1 == family[index] }.map(\.0)
                index += 1
            }
            return family
        }
    }
}
