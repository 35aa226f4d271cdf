import CloudModel
import Glibc
import IPAddressing
import KernelObjects
import LabRunner
import NetlabTesting
import Nftables
import Probes
import Reachability
import Testing

extension RealLabs.Fidelity {
    @Suite("The NAT gateway, packet by packet") struct NATGatewayTests {
        private let echo = RealLabs.Fidelity.echo
        private let natPublic = RealLabs.Fidelity.natPublic

        @Test("TCP, UDP and ICMP only: GRE, ESP, SCTP and unknown protocols end there, and pass an Internet gateway")
        func protocols() async throws {
            try await withLab(text: RealLabs.Fidelity.lab) { lab throws in
                let outside = try lab.witness("echo", PacketFilter(host: natPublic))
                defer { outside.close() }
                for number: UInt8 in [47, 50, 107] {
                    try lab.expectDrops("nat nat: protocol", of: RawPacket(number, to: echo), from: "app")
                    #expect(!lab.predicts("app", echo, .other(number)))
                }
                // Connection tracking reads SCTP, and takes nothing that is not the beginning of an association.
                try lab.expectDrops("nat nat: not of a flow of its own", of: RawPacket(132, to: echo), from: "app")
                #expect(try outside.count == 0)
                let control = try lab.witness("echo", PacketFilter(protocolNumber: 47))
                defer { control.close() }
                try RawSender(in: lab.node("web").namespace).send(RawPacket(47, to: echo))
                #expect(try eventually { try control.count == 1 })
                #expect(try control.drain().first?.source.address == IPv4Address(203, 0, 113, 20))
            }
        }

        @Test("fragments of TCP end there, and pass an Internet gateway")
        func fragments() async throws {
            try await withLab(text: RealLabs.Fidelity.lab) { lab throws in
                let outside = try lab.witness("echo", .tcp)
                defer { outside.close() }
                // Ports, numbers and four bytes, then eight more: 24 bytes are 3 units of offset.
                let head = RawPacket.tcpHeader(from: 4711, to: 80, flags: 0x02) + [1, 2, 3, 4]
                let parts = [
                    RawPacket(6, to: echo, payload: head, fragment: 0x2000),
                    RawPacket(6, to: echo, payload: [5, 6, 7, 8, 9, 10, 11, 12], fragment: 3),
                ]
                try lab.expectDrops("nat nat: fragment", of: parts[0], parts[1], from: "app")
                #expect(try outside.count == 0)
                let socket = try RawSender(in: lab.node("web").namespace)
                for part in parts { try socket.send(part) }
                #expect(try eventually { try outside.count >= 1 })
            }
        }

        @Test("the segment size is put down to what fits into 8500 bytes, both ways; the Internet gateway leaves it")
        func segmentSize() async throws {
            try await withLab(text: RealLabs.Fidelity.lab) { lab throws in
                // To a server with jumbo frames, by its public address; 40 bytes of headers, 12 of timestamps.
                #expect(try segmentSizes(lab, from: "app", port: 5001) == ["client": 8448, "server": 8448])
                #expect(try segmentSizes(lab, from: "twin", port: 5002) == ["client": 8949, "server": 8949])
            }
        }

        /// What either end of a connection to `web` may put into one segment, by `TCP_MAXSEG`.
        private func segmentSizes(_ lab: LabFixture, from client: String, port: Int) throws -> [String: Int] {
            let server = try lab.start(
                "web",
                [
                    "python3", "-uc",
                    """
                    import socket
                    s = socket.create_server(("", \(port)))
                    print("listening")
                    c, _ = s.accept()
                    print("size", c.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG))
                    """,
                ])
            guard try eventually({ try server.outputSoFar().contains("listening") }) else {
                throw ExecutionFailure(try server.wait(within: .seconds(1)))
            }
            let seen = try lab.exec(
                client,
                [
                    "python3", "-c",
                    """
                    import socket
                    c = socket.create_connection(("203.0.113.20", \(port)), 5)
                    print("size", c.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG))
                    """,
                ]
            ).output()
            let served = try server.wait(within: .seconds(5)).output()
            let sizes = ["client": seen, "server": served].compactMapValues { text in
                text.split(separator: "\n").last?.split(separator: " ").last.flatMap { Int($0) }
            }
            return sizes
        }

        @Test("nobody inside gets an answer from it either: neither ping, nor a port, nor a reset")
        func silence() async throws {
            try await withLab(text: RealLabs.Fidelity.lab) { lab throws in
                let gateway = IPv4Address(10, 0, 0, 4)
                for sender in ["app", "web"] {
                    for port: UInt16 in [22, 80, 50_000] {
                        #expect(try lab.handshake(sender, gateway, port).isSilent)
                        #expect(!lab.predicts(sender, gateway, .tcp(port: port)))
                    }
                    try lab.expectDrops(
                        "nat nat: not a reply", of: RawPacket(17, to: gateway), RawPacket(47, to: gateway), from: sender
                    )
                }
            }
        }

        @Test("55,000 flows to one address, port and protocol, and no more; another port has its own")
        func ports() async throws {
            try await withLab(text: RealLabs.Fidelity.lab) { lab throws in
                let socket = try RawSender(in: lab.node("app").namespace)
                let gateway = try lab.node("nat")
                func flows(to port: UInt16) throws -> Set<UInt16> {
                    let flows = try gateway.trackedFlows().filter { $0.original.destinationPort == port }
                    let ports = flows.map(\.translatedSource.port)
                    #expect(Set(ports).count == ports.count, "two flows share a port")
                    return Set(ports)
                }
                // 64,512 senders for 55,000 ports.
                let isFull = try eventually(within: .seconds(60)) {
                    for port: UInt16 in 1024...65_535 { try socket.send(.udp(from: port, to: echo, port: 9999)) }
                    let count = try lab.run("nat", "sysctl", "-n", "net.netfilter.nf_conntrack_count")
                    return (Int(count.dropLast()) ?? 0) >= 55_000
                }
                #expect(isFull)
                let taken = try flows(to: 9999)
                #expect(taken.count == 55_000 && taken.allSatisfy { $0 >= 1024 })
                // The rest was dropped, and counted as AWS does (ErrorPortAllocation).
                let refused = { try gateway.ruleCounters().first { $0.owner == "nat nat: port allocation" } }
                let count = try #require(try refused())
                #expect(count.drops && count.packets >= 64_512 - 55_000, "\(count)")
                #expect(try lab.program.run("status", lab.name).output().contains("nat nat: port allocation"))
                // Full for one port, not for another, nor for another protocol.
                try socket.send(.udp(from: 1024, to: echo, port: 7))
                #expect(try eventually { try flows(to: 7).count == 1 })
                #expect(try lab.handshake("app", echo, 80).succeeded)
                #expect(try refused()?.packets == count.packets)
            }
        }

        @Test("its timers are AWS's: 350 s for TCP, UDP and ICMP alike")
        func timers() async throws {
            try await withLab(text: RealLabs.Fidelity.lab) { lab throws in
                for name in ["tcp_timeout_established", "udp_timeout", "udp_timeout_stream", "icmp_timeout"] {
                    let value = try lab.run("nat", "sysctl", "-n", "net.netfilter.nf_conntrack_\(name)")
                    #expect(value == "350\n", "\(name)")
                }
                // The next segment after that makes no new entry.
                #expect(try lab.run("nat", "sysctl", "-n", "net.netfilter.nf_conntrack_tcp_loose") == "0\n")
                // The groups' own: five days for TCP, 30 and 180 s for UDP, 600 s for what has no ports.
                let groups = [
                    "tcp_timeout_established": "432000", "udp_timeout": "30", "udp_timeout_stream": "180",
                    "generic_timeout": "600",
                ]
                for (name, seconds) in groups {
                    let value = try lab.run("vpc", "sysctl", "-n", "net.netfilter.nf_conntrack_\(name)")
                    #expect(value == "\(seconds)\n", "\(name)")
                }
            }
        }

        @Test("flows through it are tracked whatever the rules: they outlive the rule that let them out")
        func tracked() async throws {
            try await withLab(text: RealLabs.Fidelity.lab) { lab throws in
                let inside = try OpenConnection(from: lab.node("app").namespace, to: echo, port: 80)
                let direct = try OpenConnection(from: lab.node("web").namespace, to: echo, port: 80)
                for chain in ["sg-any-out", "sg-any-out-open"] {
                    try lab.run("vpc", "nft", "flush", "chain", "ip", "netlab", chain)
                }
                #expect(try inside.ask() == 0)
                #expect(try direct.ask(within: 1_500) == ETIMEDOUT)
                #expect(try lab.handshake("app", echo, 80).isSilent)
            }
        }

        @Test("a private one shows its private address beyond a transit gateway, and so does a public one")
        func privateGateway() async throws {
            try await withLab(text: Self.transit) { lab throws in
                let server = IPv4Address(10, 2, 1, 10)
                for (sender, gateway) in [("app", "10.1.9.20"), ("other", "10.1.9.21")] {
                    let answer = try lab.run(sender, "curl", "-sS", "--noproxy", "*", "-m", "5", "http://10.2.1.10/ip")
                    #expect(answer == "\(gateway)\n")
                    #expect(lab.predicts(sender, server, .tcp(port: 80)))
                }
                // Before an Internet gateway the private one leads nowhere, and the public one does.
                try lab.expectDrops(
                    "igw: no public address", of: .udp(from: 5000, to: echo, port: 7), from: "app")
                #expect(lab.explanation(.node("app"), echo, .udp(port: 7)) == .igwPublicIPAssociationForEgress)
                let outside = try lab.run(
                    "other", "curl", "-sS", "--noproxy", "*", "-m", "5", "http://198.51.100.40/ip")
                #expect(outside == "203.0.113.11\n")
            }
        }

        private static let transit = """
            lab: private-gateway
            vpcs:
              near:
                cidr: 10.1.0.0/16
                internet-gateway: igw
                subnets:
                  one: { cidr: 10.1.1.0/24, routes: { 0.0.0.0/0: private } }
                  two: { cidr: 10.1.2.0/24, routes: { 0.0.0.0/0: public } }
                  way-out: { cidr: 10.1.9.0/24, routes: { 10.2.0.0/16: hub, 0.0.0.0/0: igw } }
                nat-gateways:
                  private: { subnet: way-out, connectivity: private, address: 10.1.9.20 }
                  public: { subnet: way-out, elastic-ip: 203.0.113.11, address: 10.1.9.21 }
                instances:
                  app: { subnet: one, address: 10.1.1.10 }
                  other: { subnet: two, address: 10.1.2.10 }
              far:
                cidr: 10.2.0.0/16
                subnets: { net: { cidr: 10.2.1.0/24, routes: { 10.1.0.0/16: hub } } }
                security-groups: { any: { ingress: all } }
                instances: { server: { subnet: net, address: 10.2.1.10, security-groups: any, listens: http } }
            transit-gateways:
              hub:
                attachments:
                  near: { vpc: near, subnets: [way-out], route-table: all }
                  far: { vpc: far, subnets: [net], route-table: all }
                route-tables:
                  all: { propagates: [near, far] }
            internet:
              echo: { address: 198.51.100.40, serves: [http, udp] }
            """
    }
}
