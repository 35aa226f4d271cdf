import IPAddressing
import LabRunner
import NetlabTesting
import Probes
import Reachability
import Testing

extension RealLabs.Fidelity {
    @Suite("Route tables, packet by packet") struct RouteTableTests {
        /// `MAIN` is one of the two tables; `first` and `second` name none.
        private static let lab = """
            lab: tables
            vpc: { cidr: 10.0.0.0/16, zones: [a, b] }
            internet-gateway: igw
            route-tables:
              closed: { CLOSED routes: {} }
              open: { OPEN routes: { 0.0.0.0/0: igw } }
            subnets:
              first:  { cidr: 10.0.0.0/24, zone: a }
              second: { cidr: 10.0.1.0/24, zone: b }
              named:  { cidr: 10.0.2.0/24, zone: a, route-table: closed }
            instances:
              one:   { subnet: first, address: 10.0.0.10, elastic-ip: 203.0.113.20 }
              two:   { subnet: second, address: 10.0.1.10, elastic-ip: 203.0.113.21 }
              three: { subnet: named, address: 10.0.2.10, elastic-ip: 203.0.113.22 }
            internet:
              echo: { address: 198.51.100.40, serves: http }
            """

        private static func lab(main: String) -> String {
            lab.replacing("CLOSED", with: main == "closed" ? "main: true," : "")
                .replacing("OPEN", with: main == "open" ? "main: true," : "")
        }

        @Test("another main table moves every subnet that names none, and no other")
        func main() async throws {
            try await withLab(text: Self.lab(main: "closed")) { lab throws in
                let echo = RealLabs.Fidelity.echo
                for node in ["one", "two", "three"] {
                    #expect(try lab.handshake(node, echo, 80).isSilent)
                    #expect(!lab.predicts(node, echo, .tcp(port: 80)))
                }
                #expect(try lab.drops("rtb closed: no route") >= 3)
                #expect(try lab.change(to: Self.lab(main: "open")).status == 0)
                #expect(try lab.handshake("one", echo, 80).succeeded)
                #expect(try lab.handshake("two", echo, 80).succeeded)
                #expect(try lab.handshake("three", echo, 80).isSilent)
            }
        }

        @Test("the local route is in every table, an empty one too")
        func local() async throws {
            try await withLab(text: Self.lab(main: "closed")) { lab throws in
                for (node, address) in [("one", "10.0.2.10"), ("three", "10.0.1.10")] {
                    let target = try #require(IPv4Address(address))
                    // Nobody listens, and the default group knows its members: a reset, not silence.
                    #expect(try lab.handshake(node, target, 80).noReply == .refused)
                }
            }
        }

        @Test("an interface sends with its own address only, unless the check is off", arguments: [true, false])
        func sourceCheck(isChecked: Bool) async throws {
            let text = RealLabs.Fidelity.lab.replacing(
                "address: 10.0.0.12,", with: "address: 10.0.0.12, source-dest-check: \(isChecked),")
            try await withLab(text: text) { lab throws in
                let receiver = try lab.witness("app", PacketFilter(host: IPv4Address(172, 31, 0, 9)))
                defer { receiver.close() }
                let forged = RawPacket(17, from: IPv4Address(172, 31, 0, 9), to: IPv4Address(10, 0, 1, 10))
                if isChecked {
                    try lab.expectDrops("eni twin: source/dest check", of: forged, from: "twin")
                    #expect(try receiver.count == 0)
                } else {
                    try RawSender(in: lab.node("twin").namespace).send(forged)
                    #expect(try eventually { try receiver.count == 1 })
                    #expect(try lab.drops("eni twin: source/dest check") == 0)
                }
            }
        }
    }
}
