import IPAddressing
import NetlabTesting
import Probes
import Testing

extension RealLabs.Fidelity {
    /// A subnet looks like an Ethernet and is none.
    @Suite("The link layer of a subnet") struct LinkLayerTests {
        @Test("the fabric answers ARP for whoever is there, and for nobody else")
        func resolution() async throws {
            try await withLab(text: RealLabs.Fidelity.lab) { lab throws in
                for neighbour in ["10.0.0.12", "10.0.0.1", "10.0.0.4"] {
                    #expect(try arping(lab, "web", neighbour) == 0, "\(neighbour)")
                }
                for absent in ["10.0.0.99", "10.0.9.9", "198.51.100.40"] {
                    #expect(try arping(lab, "web", absent) == 1, "\(absent)")
                }
            }
        }

        @Test("neither broadcast nor multicast reaches a neighbour")
        func broadcast() async throws {
            try await withLab(text: RealLabs.Fidelity.lab) { lab throws in
                let neighbour = try lab.witness("twin", PacketFilter(host: IPv4Address(10, 0, 0, 10)))
                defer { neighbour.close() }
                for address in ["10.0.0.255", "224.0.0.1", "224.0.0.251", "255.255.255.255"] {
                    let ping = try lab.exec("web", ["ping", "-n", "-b", "-c", "1", "-W", "1", address])
                    #expect(ping.status == 1, "\(ping)")
                }
                #expect(try neighbour.count == 0)
                #expect(try lab.exec("web", ["ping", "-n", "-c", "1", "-W", "1", "10.0.0.12"]).status == 0)
                #expect(try neighbour.count == 2)
            }
        }

        @Test("who claims a neighbour's address by ARP gets none of its packets")
        func spoofing() async throws {
            try await withLab(text: RealLabs.Fidelity.lab) { lab throws in
                let thief = try lab.witness("web", PacketFilter(host: IPv4Address(10, 0, 0, 12)))
                defer { thief.close() }
                // An unasked reply, to everyone: 10.0.0.12 is at my address.
                let sent = try lab.run(
                    "web", "python3", "-c",
                    """
                    import socket
                    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
                    s.bind(("eth0", 0x0806))
                    me = s.getsockname()[4]
                    ip = socket.inet_aton("10.0.0.12")
                    arp = b"\\x00\\x01\\x08\\x00\\x06\\x04\\x00\\x02" + me + ip + b"\\xff" * 6 + ip
                    for _ in range(5): print(s.send(b"\\xff" * 6 + me + b"\\x08\\x06" + arp))
                    """)
                #expect(sent == String(repeating: "42\n", count: 5))
                for sender in ["app", "twin", "echo"] {
                    let address = sender == "echo" ? "203.0.113.22" : sender == "twin" ? "10.0.0.4" : "10.0.0.12"
                    let status = try lab.exec(sender, ["ping", "-n", "-c", "1", "-W", "1", address]).status
                    #expect(status == (sender == "twin" ? 1 : 0), "\(sender)")
                }
                #expect(try thief.count == 0)
            }
        }

        /// 0 when somebody answered.
        private func arping(_ lab: LabFixture, _ node: String, _ address: String) throws -> Int32 {
            try lab.exec(node, ["arping", "-c", "1", "-w", "1", "-I", "eth0", address]).status
        }
    }
}
