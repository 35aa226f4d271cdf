import CloudModel
import IPAddressing
import LabRunner
import NetlabTesting
import Nftables
import Probes
import Reachability
import Testing

extension RealLabs.Fidelity {
    @Suite("The Internet gateway, packet by packet") struct InternetGatewayTests {
        private let web = IPv4Address(203, 0, 113, 20)
        private let twin = IPv4Address(203, 0, 113, 22)

        @Test("from outside: no private source, no shared one, and none of the VPC's own public addresses")
        func sources() async throws {
            try await withLab(text: RealLabs.Fidelity.lab) { lab throws in
                let inside = try lab.witness("web", PacketFilter(protocolNumber: 17))
                defer { inside.close() }
                let strangers = [IPv4Address(192, 168, 7, 7), IPv4Address(100, 64, 7, 7), IPv4Address(10, 0, 0, 12)]
                for source in strangers {
                    try lab.expectDrops("igw: private source", of: RawPacket(17, from: source, to: web), from: "echo")
                }
                try lab.expectDrops("igw: spoofed source", of: RawPacket(17, from: twin, to: web), from: "echo")
                #expect(try inside.count == 0)
                // The control: a source of the Internet's own.
                try RawSender(in: lab.node("echo").namespace).send(
                    RawPacket(17, from: IPv4Address(198, 51, 100, 7), to: web))
                #expect(try eventually { try inside.count == 1 })
                let index = ReachabilityIndex(lab.running.lab)
                let spoofed = Flow(from: .internet(twin), to: .address(web), .udp(port: 0))
                #expect(index.explain(spoofed).code == .gatewayRejectsSpoofedTraffic)
            }
        }

        @Test("outwards: nothing to private and shared addresses")
        func destinations() async throws {
            try await withLab(text: RealLabs.Fidelity.lab) { lab throws in
                let (privateAddress, shared) = (IPv4Address(192, 168, 1, 1), IPv4Address(100, 64, 1, 1))
                try lab.expectDrops(
                    "igw: private destination", of: RawPacket(17, to: privateAddress), RawPacket(17, to: shared),
                    from: "web")
                #expect(
                    lab.explanation(.node("web"), privateAddress, .udp(port: 0)) == .igwDestinationNotInRFC1918Egress)
                #expect(lab.explanation(.node("web"), shared, .udp(port: 0)) == .igwDestinationNotInRFC6598Egress)
            }
        }

        @Test("it remembers nothing: a segment of no flow passes inwards, and the reset outwards")
        func memory() async throws {
            try await withLab(text: RealLabs.Fidelity.lab) { lab throws in
                let (inside, outside) = (try lab.witness("web", .tcp), try lab.witness("echo", .tcp))
                defer { Witness.close(all: [inside, outside]) }
                let acknowledgement = RawPacket.tcpHeader(from: 4711, to: 80, flags: 0x10)
                try RawSender(in: lab.node("echo").namespace).send(RawPacket(6, to: web, payload: acknowledgement))
                #expect(try eventually { try inside.count >= 1 })
                let segment = try #require(try inside.drain().first)
                #expect(segment.source.address == RealLabs.Fidelity.echo && segment.source.port == 4711)
                #expect(segment.destination.address == IPv4Address(10, 0, 0, 10))
                #expect(try lab.node("igw").trackedFlows() == [])
            }
        }

        @Test("a link-local destination is never forwarded, whatever the default route says")
        func linkLocal() async throws {
            try await withLab(text: RealLabs.Fidelity.lab) { lab throws in
                let (near, far) = (IPv4Address(169, 254, 1, 1), IPv4Address(169, 254, 168, 9))
                try lab.expectDrops(
                    "rtb public: no route", of: RawPacket(17, to: near), RawPacket(17, to: far), from: "web")
                try lab.expectDrops("rtb private: no route", of: RawPacket(17, to: near), from: "app")
                #expect(lab.explanation(.node("web"), near, .udp(port: 0)) == .noRouteToDestination)
                // Not even an error comes back.
                let ping = try lab.exec("web", ["ping", "-n", "-c", "1", "-W", "1", "169.254.1.1"])
                #expect(ping.status == 1 && !ping.stdout.contains("From "), "\(ping)")
            }
        }

        @Test("a gateway route table leads what comes in through a middlebox", arguments: [true, false])
        func edgeTable(hasTable: Bool) async throws {
            let gateway = hasTable ? "{ name: igw, route-table: edge }" : "igw"
            try await withLab(text: Self.edge.replacing("GATEWAY", with: gateway)) { lab throws in
                let middle = try lab.witness("box", PacketFilter(host: IPv4Address(198, 51, 100, 70)))
                defer { middle.close() }
                #expect(try lab.handshake("user", IPv4Address(203, 0, 113, 20), 80).succeeded)
                let index = ReachabilityIndex(lab.running.lab)
                let path = index.explain(Flow(from: .node("user"), to: .node("web"), .tcp(port: 80)))
                #expect(path.isReachable)
                #expect(path.forward.hops.contains { $0.component.id == "box" } == hasTable)
                #expect(try (middle.count > 0) == hasTable)
            }
        }

        /// With the gateway's table, the box sees what comes in; the way back is the Internet gateway's own.
        private static let edge = """
            lab: edge
            vpc: { cidr: 10.0.0.0/16 }
            internet-gateway: GATEWAY
            route-tables:
              edge: { routes: { 10.0.0.0/24: box } }
            subnets:
              public: { cidr: 10.0.0.0/24, routes: { 0.0.0.0/0: igw } }
              middle: { cidr: 10.0.1.0/24, routes: { 0.0.0.0/0: igw } }
            security-groups:
              any: { ingress: all }
            instances:
              web: { subnet: public, address: 10.0.0.10, elastic-ip: 203.0.113.20, security-groups: any, listens: http }
              box: { subnet: middle, address: 10.0.1.9, security-groups: any, source-dest-check: false }
            internet:
              user: { address: 198.51.100.70 }
            """
    }
}
