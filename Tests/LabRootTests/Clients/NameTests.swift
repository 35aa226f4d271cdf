import NetlabTesting
import Testing

extension RealLabs {
    /// `dig`, and the C library through `getent`.
    @Suite("Names") struct NameTests {
        @Test("the VPC's resolver answers at both its addresses, over UDP and TCP")
        func resolver() async throws {
            try await withLab("private-nat") { lab throws in
                for server in ["10.0.0.2", "169.254.169.253"] {
                    for transport in ["+notcp", "+tcp"] {
                        #expect(try dig(lab, "app", "echo.example", server, transport) == "198.51.100.40")
                        #expect(try dig(lab, "vault", "app.lab.internal", server, transport) == "10.0.1.10")
                    }
                }
                #expect(try dig(lab, "app", "archive.ubuntu.com", "10.0.0.2") == "198.51.100.10")
                #expect(try dig(lab, "app", "ip-10-0-1-10.ec2.internal", "10.0.0.2") == "10.0.1.10")
                let reverse = try lab.run("app", "dig", "+short", "-x", "10.0.1.10", "@10.0.0.2")
                #expect(reverse == "ip-10-0-1-10.ec2.internal.\n")
            }
        }

        @Test("one name, two truths: inside the private address, outside the public one")
        func split() async throws {
            try await withLab("private-nat") { lab throws in
                let name = "ec2-203-0-113-20.compute-1.amazonaws.com"
                #expect(try dig(lab, "app", name, "10.0.0.2") == "10.0.0.10")
                #expect(try dig(lab, "user", name, "198.51.100.53") == "203.0.113.20")
            }
        }

        @Test("what is not there is NXDOMAIN, and private names do not exist outside")
        func absent() async throws {
            try await withLab("private-nat") { lab throws in
                for (node, server, name) in [
                    ("app", "10.0.0.2", "nothing.example"), ("app", "169.254.169.253", "nothing.lab.internal"),
                    ("user", "198.51.100.53", "app.lab.internal"),
                    ("user", "198.51.100.53", "ip-10-0-1-10.ec2.internal"),
                ] {
                    let answer = try lab.run(node, "dig", "+tries=1", "+time=3", name, "@\(server)")
                    #expect(answer.contains("status: NXDOMAIN"), "\(answer)")
                }
            }
        }

        @Test("programs find names as they do anywhere: resolv.conf, search domain, hosts")
        func library() async throws {
            try await withLab("private-nat") { lab throws in
                #expect(try lab.run("app", "getent", "ahostsv4", "echo.example").hasPrefix("198.51.100.40 "))
                #expect(try lab.run("bastion", "getent", "ahostsv4", "app").hasPrefix("10.0.1.10 "))
                #expect(try lab.run("app", "cat", "/etc/resolv.conf").contains("nameserver 10.0.0.2\n"))
                #expect(try lab.run("app", "cat", "/etc/hosts").contains("10.0.1.10 app\n"))
                #expect(try lab.run("app", "ls", "/sys/class/net") == "eth0\nlo\n")
            }
        }

        @Test("the resolver of a VPC is not open to the Internet")
        func closed() async throws {
            try await withLab("private-nat") { lab throws in
                let answer = try lab.exec("scanner", ["dig", "+tries=1", "+time=1", "echo.example", "@10.0.0.2"])
                #expect(answer.status == 9, "\(answer)")
            }
        }

        private func dig(
            _ lab: LabFixture, _ node: String, _ name: String, _ server: String, _ transport: String = "+notcp"
        ) throws -> String {
            let text = try lab.run(node, "dig", "+short", "+tries=2", "+time=3", transport, name, "@\(server)")
            return text.split(separator: "\n").joined(separator: " ")
        }
    }
}
