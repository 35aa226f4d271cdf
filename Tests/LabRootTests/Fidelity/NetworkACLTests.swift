import Glibc
import IPAddressing
import LabRunner
import NetlabTesting
import Probes
import Reachability
import Testing

extension RealLabs.Fidelity {
    /// Lists remember nothing, whatever the security groups remember.
    @Suite("Network ACLs, packet by packet") struct NetworkACLTests {
        /// `EGRESS` is what the list of the server's subnet lets out.
        private static let lab = """
            lab: lists
            vpc: { cidr: 10.0.0.0/16 }
            internet-gateway: igw
            network-acls:
              tight:
                ingress: [{ rule: 100, allow, tcp: 80, from: 0.0.0.0/0 }, { rule: 110, allow, icmp: echo-reply, from: 0.0.0.0/0 }]
                egress: EGRESS
            subnets:
              clients: { cidr: 10.0.0.0/24, routes: { 0.0.0.0/0: igw } }
              servers: { cidr: 10.0.1.0/24, routes: { 0.0.0.0/0: igw }, network-acl: tight }
            security-groups:
              web: { ingress: [{ tcp: 80, from: 10.0.0.0/16 }] }
            instances:
              client: { subnet: clients, address: 10.0.0.10, security-groups: web }
              server: { subnet: servers, address: 10.0.1.10, elastic-ip: 203.0.113.20, security-groups: web, listens: http }
            internet:
              echo: { address: 198.51.100.40, serves: http }
            """
        private static let open = lab.replacing(
            "EGRESS",
            with:
                "[{ rule: 100, allow, tcp: 1024-65535, to: 0.0.0.0/0 }, { rule: 110, allow, icmp: any, to: 0.0.0.0/0 }]"
        )
        private static let closed = lab.replacing("EGRESS", with: "[{ rule: 100, allow, tcp: 1-1023, to: 0.0.0.0/0 }]")
        private let server = IPv4Address(10, 0, 1, 10)

        @Test("the group lets the answer out, the list does not: the request arrives, and nothing comes back")
        func returnTraffic() async throws {
            try await withLab(text: Self.closed) { lab throws in
                let arrivals = try lab.witness("server", PacketFilter(port: 80, onlyOpening: true))
                defer { arrivals.close() }
                #expect(try lab.handshake("client", server, 80).isSilent)
                #expect(try arrivals.count >= 1)
                #expect(try lab.drops("acl tight egress *") >= 1)
                #expect(!lab.predicts("client", server, .tcp(port: 80)))
            }
            try await withLab(text: Self.open) { lab throws in
                #expect(try lab.handshake("client", server, 80).succeeded)
                #expect(lab.predicts("client", server, .tcp(port: 80)))
            }
        }

        @Test("a rule taken out of a list cuts the flows that groups still know")
        func cut() async throws {
            try await withLab(text: Self.open) { lab throws in
                let flows = try [0, 1].map { _ in
                    try OpenConnection(from: lab.node("client").namespace, to: server, port: 80)
                }
                #expect(try flows[0].ask() == 0)
                #expect(try lab.change(to: Self.closed).status == 0)
                #expect(try flows[1].ask(within: 1_500) == ETIMEDOUT)
                #expect(try lab.drops("acl tight egress *") >= 1)
                // With the rule the server's repeated answer comes through: nobody had forgotten the flow.
                #expect(try lab.change(to: Self.open).status == 0)
                #expect(try flows[1].hears())
            }
        }

        @Test("an error about a flow of its own needs a rule of its own, though the group lets it in")
        func errors() async throws {
            try await withLab(text: Self.open) { lab throws in
                #expect(try hops(lab) == ["*", "198.51.100.40"])
                #expect(try lab.drops("acl tight ingress *") >= 1)
                let told = Self.open.replacing(
                    "{ rule: 110, allow, icmp: echo-reply, from: 0.0.0.0/0 }",
                    with:
                        "{ rule: 110, allow, icmp: [echo-reply], from: 0.0.0.0/0 }, { rule: 120, allow, icmp: 11/0, from: 0.0.0.0/0 }"
                )
                #expect(try lab.change(to: told).status == 0)
                #expect(try hops(lab) == ["192.0.2.1", "198.51.100.40"])
            }
        }

        /// The way to the Internet as `traceroute` by ICMP shows it; `*` where nobody was heard.
        private func hops(_ lab: LabFixture) throws -> [String] {
            let text = try lab.run("server", "traceroute", "-n", "-I", "-q", "1", "-w", "1", "198.51.100.40")
            return text.split(separator: "\n").dropFirst().map { line in
                line.split(separator: " ").dropFirst().first.map(String.init) ?? ""
            }
        }
    }
}
