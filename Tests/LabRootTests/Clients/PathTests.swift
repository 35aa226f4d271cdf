import NetlabTesting
import Testing

extension RealLabs {
    /// What `traceroute` and `ping` find out about the way.
    @Suite("The way") struct PathTests {
        @Test("traceroute shows the NAT gateway, the Internet and the host: gateway and router of the VPC stay hidden")
        func hops() async throws {
            try await withLab("private-nat") { lab throws in
                for kind in ["-I", "-U"] {
                    #expect(try trace(lab, "app", kind, "198.51.100.40") == ["10.0.0.4", "192.0.2.1", "198.51.100.40"])
                    #expect(try trace(lab, "bastion", kind, "198.51.100.40") == ["192.0.2.1", "198.51.100.40"])
                }
                // Between subnets, and back: one hop.
                #expect(try trace(lab, "bastion", "-I", "10.0.1.10") == ["10.0.1.10"])
                let tcp = try lab.run(
                    "app", "traceroute", "-n", "-q", "1", "-w", "2", "-T", "-p", "80", "198.51.100.40")
                #expect(tcp.contains(" 1  10.0.0.4 "), "\(tcp)")
            }
        }

        @Test("an interface pings its own subnet's .1 and no other's; the NAT gateway answers nobody")
        func gateways() async throws {
            try await withLab("private-nat") { lab throws in
                #expect(try ping(lab, "app", "10.0.1.1") == 0)
                #expect(try ping(lab, "bastion", "10.0.0.1") == 0)
                for other in ["10.0.0.1", "10.0.2.1", "10.0.0.4"] { #expect(try ping(lab, "app", other) == 1) }
                for other in ["10.0.0.1", "10.0.1.1", "203.0.113.11"] { #expect(try ping(lab, "scanner", other) == 1) }
            }
        }

        @Test("a packet too large for the Internet brings back the size that fits", arguments: ["app", "bastion"])
        func pathMTU(node: String) async throws {
            try await withLab("private-nat") { lab throws in
                let words = ["ping", "-c", "1", "-W", "2", "-M", "do", "-s", "3000", "198.51.100.40"]
                let large = try lab.exec(node, words)
                #expect(large.status == 1)
                #expect(large.stdout.contains("Frag needed and DF set (mtu = 1500)"), "\(large)")
                // What fits in 1500 bytes goes through.
                #expect(try lab.exec(node, words.map { $0 == "3000" ? "1472" : $0 }).status == 0)
                // Within the VPC packets may be larger.
                let inside = try lab.exec(
                    "bastion", ["ping", "-c", "1", "-W", "2", "-M", "do", "-s", "8900", "10.0.1.10"])
                #expect(inside.status == 0, "\(inside)")
            }
        }

        @Test("fragments of ICMP die in the NAT gateway, those of UDP do not, and without it both pass")
        func fragments() async throws {
            try await withLab("private-nat") { lab throws in
                #expect(try ping(lab, "app", "198.51.100.40", size: 4000) == 1)
                let counters = try lab.run("nat-a", "nft", "list", "chain", "ip", "netlab", "fragments")
                let dropped = counters.split(separator: "\n").first { $0.contains("nat nat-a: fragment") } ?? ""
                #expect(!dropped.isEmpty && !dropped.contains("packets 0 "), "\(counters)")
                #expect(try ping(lab, "bastion", "198.51.100.40", size: 4000) == 0)
                let echo = try lab.shell("app", "exec \(Self.udpEcho)")
                #expect(echo == "3000\n")
            }
        }

        /// Sends 3000 bytes to the UDP echo and prints how many of them come back behind its first line.
        private static let udpEcho = """
            bash -c 'exec 3<>/dev/udp/198.51.100.40/7; head -c 3000 /dev/zero >&3; \
            timeout 5 dd bs=65536 count=1 <&3 2>/dev/null | tr -cd "\\000" | wc -c'
            """

        private func trace(_ lab: LabFixture, _ node: String, _ kind: String, _ address: String) throws -> [String] {
            let text = try lab.run(node, "traceroute", "-n", "-q", "1", "-w", "2", kind, address)
            return text.split(separator: "\n").dropFirst().map { line in
                line.split(separator: " ").dropFirst().first.map(String.init) ?? ""
            }
        }

        /// 0 when an answer came, 1 when none did.
        private func ping(_ lab: LabFixture, _ node: String, _ address: String, size: Int = 56) throws -> Int32 {
            try lab.exec(node, ["ping", "-n", "-c", "1", "-W", "1", "-s", "\(size)", address]).status
        }
    }
}
