import IPAddressing
import NetlabTesting
import Probes
import Reachability
import Testing

extension RealLabs.Fidelity {
    @Suite("DNS, metadata and the router's own address") struct ServiceTests {
        @Test("neither a group without rules nor a list without rules stands in their way")
        func bypass() async throws {
            try await withLab(text: RealLabs.Fidelity.lab) { lab throws in
                for server in ["10.0.0.2", "169.254.169.253"] {
                    for transport in ["+notcp", "+tcp"] {
                        let words = ["dig", "+short", "+time=2", "+tries=1", transport, "echo.example", "@\(server)"]
                        #expect(try lab.exec("shut", words).output() == "198.51.100.40\n")
                    }
                }
                let service = "http://169.254.169.254/latest"
                let token = try lab.run(
                    "shut", "curl", "-sS", "-f", "--noproxy", "*", "-m", "5", "-X", "PUT", "-H",
                    "X-aws-ec2-metadata-token-ttl-seconds: 60", "\(service)/api/token")
                let address = try lab.run(
                    "shut", "curl", "-sS", "-f", "--noproxy", "*", "-m", "5", "-H",
                    "X-aws-ec2-metadata-token: \(token)",
                    "\(service)/meta-data/local-ipv4")
                #expect(address == "10.0.2.10")
                #expect(try lab.exec("shut", ["ping", "-n", "-c", "1", "-W", "1", "10.0.2.1"]).status == 0)
                #expect(lab.predicts("shut", IPv4Address(10, 0, 0, 2), .udp(port: 53)))
                #expect(lab.predicts("shut", IPv4Address(169, 254, 169, 254), .tcp(port: 80)))
            }
        }

        @Test("the same instance can say nothing to anybody else: its list stops it, and without the list its group")
        func control() async throws {
            try await withLab(text: RealLabs.Fidelity.lab) { lab throws in
                let echo = RealLabs.Fidelity.echo
                try lab.expectDrops("acl nothing egress *", of: RawPacket(17, to: echo), from: "shut")
                #expect(!lab.predicts("shut", echo, .udp(port: 53)))
                #expect(
                    try lab.change(to: RealLabs.Fidelity.lab.replacing(", network-acl: nothing", with: "")).status == 0)
                try lab.expectDrops("sg nobody egress", of: RawPacket(17, to: echo), from: "shut")
                #expect(try lab.handshake("web", echo, 80).succeeded)
            }
        }
    }
}
