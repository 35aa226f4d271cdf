import Foundation
import Glibc
import LabRunner
import LinuxSystem
import NetlabTesting
import Testing

extension RealLabs {
    /// `up` of a running lab by a changed file.
    @Suite("Changing a running lab") struct ConvergeTests {
        private static let lab = """
            lab: moving
            vpc: { cidr: 10.0.0.0/16, zones: [a] }
            internet-gateway: igw
            subnets:
              public-a:  { cidr: 10.0.0.0/24, zone: a, routes: { 0.0.0.0/0: igw } }
              private-a: { cidr: 10.0.1.0/24, zone: a, routes: { 0.0.0.0/0: nat-a } }
            nat-gateways:
              nat-a: { subnet: public-a, elastic-ip: 203.0.113.11 }
            security-groups:
              web: { ingress: [{ tcp: 400-499, from: 0.0.0.0/0 }] }
              app: { ingress: [{ tcp: 8000-8999, from: 10.0.0.0/16 }] }
            instances:
              web: { subnet: public-a, address: 10.0.0.20, elastic-ip: 203.0.113.20, security-groups: [web], listens: { http: 443 } }
              app: { subnet: private-a, address: 10.0.1.10, security-groups: [app], listens: { http: 8080 } }
            internet:
              user: { address: 198.51.100.70, serves: [http] }
            """

        /// A flow between two nodes that tells how far it has come: the client sends a line, the server sends it back.
        private struct LongFlow {
            let lab: LabFixture
            let server: RunningCommand
            let client: RunningCommand
            private let file: String

            init(_ lab: LabFixture, from client: String, to server: String, _ address: String, port: Int) throws {
                self.lab = lab
                file = "/tmp/\(lab.name)-flow-\(port)"
                self.server = try lab.start(
                    server,
                    [
                        "python3", "-uc",
                        """
                        import socket
                        s = socket.create_server(("", \(port)))
                        print("listening")
                        c, _ = s.accept()
                        while True:
                            data = c.recv(100)
                            if not data: break
                            c.sendall(data)
                        """,
                    ])
                let listening = self.server
                guard try eventually({ try listening.outputSoFar().contains("listening") }) else {
                    throw ExecutionFailure(try listening.wait(within: .seconds(1)))
                }
                self.client = try lab.start(
                    client,
                    [
                        "python3", "-uc",
                        """
                        import socket, time
                        c = socket.create_connection(("\(address)", \(port)), 5)
                        c.settimeout(20)
                        n = 0
                        while True:
                            n += 1
                            c.sendall(b"x")
                            c.recv(1)
                            print(n)
                            time.sleep(0.01)
                        """,
                    ])
            }

            var count: Int { get throws { try client.outputSoFar().filter(\.isNewline).count } }

            /// Whether ten more lines come and go.
            func goesOn(within limit: Duration = .seconds(10)) throws -> Bool {
                let before = try count
                return try eventually(within: limit) { try count > before + 10 }
            }

            func end() throws {
                client.signal(SIGKILL)
                server.signal(SIGKILL)
                _ = try client.wait(within: .seconds(5))
                _ = try server.wait(within: .seconds(5))
            }
        }

        private func pid(_ lab: LabFixture) -> Int32? { LabStatus(lab.running.state).serverProcess?.pid }

        @Test("up twice: nothing to do, nothing is sent, the process is the same")
        func idempotent() async throws {
            try await withLab(text: Self.lab) { lab throws in
                let before = pid(lab)
                let monitors = try ["vpc", "app", "igw"].flatMap { node in
                    [
                        try lab.start(node, ["ip", "-o", "monitor", "link", "address", "route", "rule"]),
                        try lab.start(node, ["nft", "monitor"]),
                    ]
                }
                defer {
                    for monitor in monitors {
                        monitor.signal(SIGKILL)
                        _ = try? monitor.wait(within: .seconds(5))
                    }
                }
                for _ in 0..<2 {
                    let end = try lab.change(to: Self.lab)
                    #expect(end.status == 0, "\(end)")
                    #expect((try JSON(end)["changes"] as? [Any])?.isEmpty == true, "\(end)")
                }
                #expect(pid(lab) == before)
                // Something that does change the kernel, so that silence before it means something.
                try lab.outside(
                    """
                    for n in vpc app igw; do
                        ip -n $L.$n link add endmark type bridge
                        ip netns exec $L.$n nft add table inet endmark
                    done
                    """)
                for monitor in monitors {
                    #expect(try eventually { try monitor.outputSoFar().contains("endmark") })
                    let lines = try monitor.outputSoFar().split(separator: "\n").filter {
                        // The kernel gives itself IPv6 addresses some seconds after a link has come up.
                        !$0.contains("endmark") && !$0.contains("new generation") && !$0.contains("fe80::")
                    }
                    #expect(lines.isEmpty, "\(lines)")
                }
            }
        }

        @Test("an instance more, an instance less: flows of the others go on")
        func instances() async throws {
            try await withLab(text: Self.lab) { lab throws in
                let flow = try LongFlow(lab, from: "web", to: "app", "10.0.1.10", port: 8500)
                defer { try? flow.end() }
                #expect(try flow.goesOn())
                let more = Self.lab.replacing(
                    "instances:\n",
                    with:
                        "instances:\n  more: { subnet: private-a, address: 10.0.1.5, security-groups: [app], listens: { http: 8080 } }\n"
                )
                let added = try lab.change(to: more)
                #expect(added.status == 0, "\(added)")
                #expect(try flow.goesOn())
                #expect(try lab.run("web", "curl", "-sf", "http://more.lab.internal:8080/").contains("10.0.0.20"))
                #expect(try lab.difference(from: more) == [])

                let removed = try lab.change(to: Self.lab)
                #expect(removed.status == 0, "\(removed)")
                #expect(try flow.goesOn())
                #expect(!FileManager.default.fileExists(atPath: "/run/netns/\(lab.name).more"))
                #expect(try lab.difference(from: Self.lab) == [])
                #expect(try lab.program.run("status", lab.name).status == 0)
            }
        }

        @Test("a route changed acts at once; services keep their process; flows it does not touch go on")
        func route() async throws {
            try await withLab(text: Self.lab) { lab throws in
                let before = pid(lab)
                let flow = try LongFlow(lab, from: "web", to: "app", "10.0.1.10", port: 8501)
                defer { try? flow.end() }
                let outward = ["curl", "-sf", "-m", "2", "http://198.51.100.70/"]
                #expect(try lab.exec("app", outward).status == 0)
                let cut = Self.lab.replacing("routes: { 0.0.0.0/0: nat-a }", with: "routes: {}")
                let change = try lab.change(to: cut)
                #expect(change.status == 0, "\(change)")
                #expect(try lab.exec("app", outward).status != 0)
                #expect(try flow.goesOn())
                #expect(try lab.change(to: Self.lab).status == 0)
                #expect(try lab.exec("app", outward).status == 0)
                #expect(try flow.goesOn())
                #expect(pid(lab) == before)
            }
        }

        @Test("a security group rule removed: a tracked flow goes on, new ones do not begin")
        func trackedFlow() async throws {
            try await withLab(text: Self.lab) { lab throws in
                let before = pid(lab)
                let flow = try LongFlow(lab, from: "web", to: "app", "10.0.1.10", port: 8502)
                defer { try? flow.end() }
                #expect(try flow.goesOn())
                let closed = Self.lab.replacing("tcp: 8000-8999", with: "tcp: 22")
                let change = try lab.change(to: closed)
                #expect(change.status == 0, "\(change)")
                #expect(try flow.goesOn())
                #expect(try lab.exec("web", ["curl", "-s", "-m", "1", "http://10.0.1.10:8080/"]).status == 28)
                #expect(pid(lab) == before)
            }
        }

        @Test("a security group rule removed: a flow that AWS does not track ends at once")
        func untrackedFlow() async throws {
            try await withLab(text: Self.lab) { lab throws in
                let flow = try LongFlow(lab, from: "user", to: "web", "203.0.113.20", port: 444)
                defer { try? flow.end() }
                #expect(try flow.goesOn())
                #expect(try lab.change(to: Self.lab.replacing("tcp: 400-499", with: "tcp: 443")).status == 0)
                let stopped = try flow.count
                #expect(try !flow.goesOn(within: .seconds(2)))
                #expect(try flow.count <= stopped + 1)
                // With the rule the flow, which both ends still hold open, lives again: nothing was reset.
                #expect(try lab.change(to: Self.lab).status == 0)
                #expect(try flow.goesOn(within: .seconds(30)))
            }
        }

        @Test("a subnet with a route table more keeps the numbers of the others")
        func subnet() async throws {
            try await withLab(text: Self.lab) { lab throws in
                let flow = try LongFlow(lab, from: "web", to: "app", "10.0.1.10", port: 8503)
                defer { try? flow.end() }
                #expect(try flow.goesOn())
                let more = Self.lab.replacing(
                    "  public-a:  {",
                    with: "  extra-a: { cidr: 10.0.9.0/24, zone: a, routes: { 0.0.0.0/0: igw } }\n  public-a:  {"
                ).replacing(
                    "instances:\n",
                    with:
                        "instances:\n  more: { subnet: extra-a, address: 10.0.9.5, elastic-ip: 203.0.113.30, security-groups: [web] }\n"
                )
                let difference = try lab.difference(from: more).filter { $0.hasPrefix("vpc: ") }
                #expect(!difference.isEmpty)
                #expect(difference.allSatisfy { $0.hasPrefix("vpc: add ") }, "\(difference)")
                let change = try lab.change(to: more)
                #expect(change.status == 0, "\(change)")
                #expect(try lab.exec("more", ["curl", "-sf", "-m", "2", "http://198.51.100.70/"]).status == 0)
                #expect(try flow.goesOn())
                #expect(try lab.difference(from: more) == [])
            }
        }

        @Test("a listener more: the background process begins anew, and answers")
        func listener() async throws {
            try await withLab(text: Self.lab) { lab throws in
                let before = pid(lab)
                let more = Self.lab.replacing("listens: { http: 8080 }", with: "listens: { http: [8080, 8081] }")
                #expect(try lab.change(to: more).status == 0)
                #expect(pid(lab) != before)
                let after = pid(lab)
                for port in [8080, 8081] {
                    #expect(
                        try lab.exec("web", ["curl", "-sf", "-m", "2", "http://app.lab.internal:\(port)/"]).status == 0)
                }
                #expect(try lab.change(to: more).status == 0)
                #expect(pid(lab) == after)
            }
        }

        @Test("another lab under the same name is refused, and harms nothing")
        func anotherLab() async throws {
            try await withLab(text: Self.lab) { lab throws in
                let other = try lab.change(to: TinyLab.text)
                #expect(other.status == 2)
                #expect(other.stderr.contains("\(lab.name) is a running lab moving; the file describes lab tiny"))
                #expect(try lab.difference(from: Self.lab) == [])
            }
        }

        @Test("killed or refused anywhere in a change: the lab stays, and another up goes on from there")
        func cutShort() async throws {
            try await withLab(text: Self.lab) { lab throws in
                let more = Self.lab.replacing(
                    "instances:\n",
                    with:
                        "instances:\n  more: { subnet: private-a, address: 10.0.1.5, security-groups: [app], listens: { http: 8080 } }\n"
                )
                let file = try lab.writtenFile(more)
                defer { unlink(file) }
                let command = ["up", file, "--name", lab.name]
                let counted = try lab.program.run(command, environment: ["NETLAB_FAULT": "count"])
                let line = counted.stderr.split(separator: "\n").last { $0.hasPrefix("system calls: ") }
                let calls = try #require(line.flatMap { Int($0.dropFirst(14)) }, "\(counted)")
                for turn in 0..<16 {
                    #expect(try lab.change(to: Self.lab).status == 0)
                    let fault = turn % 2 == 0 ? "kill" : "\(ENOMEM)"
                    let position = max(1, calls * turn / 16)
                    let cut = try lab.program.run(command, environment: ["NETLAB_FAULT": "\(fault):\(position)"])
                    #expect([0, 2, 3, 128 + SIGKILL].contains(cut.status), "\(fault) at \(position): \(cut)")
                    let again = try lab.program.run(command)
                    #expect(again.status == 0, "after \(fault) at \(position) of \(calls): \(again)")
                    #expect(try lab.difference(from: more) == [], "after \(fault) at \(position)")
                    #expect(try lab.program.run("status", lab.name).status == 0)
                }
            }
        }

        @Test("dry runs change nothing")
        func dryRun() async throws {
            let program = try TestShare.program()
            let down = try program.run("up", "public-igw", "--name", "nlt-never", "--dry-run")
            #expect(down.status == 0 && down.stdout.hasPrefix("nlt-never is not up; netlab up would make "), "\(down)")
            try await withLab(text: Self.lab) { lab throws in
                let preview = try program.run("down", lab.name, "--dry-run").output()
                #expect(preview.contains("namespace /run/netns/\(lab.name).app"))
                #expect(preview.contains("folder /run/netlab/\(lab.name)"))
                #expect(try lab.difference(from: Self.lab.replacing("tcp: 8000-8999", with: "tcp: 22")).count == 1)
                #expect(try lab.difference(from: Self.lab) == [])
            }
        }
    }
}
