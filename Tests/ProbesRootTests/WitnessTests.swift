import IPAddressing
import LinuxSystem
import Namespaces
import Probes
import Testing

@Suite struct WitnessTests {
    @Test func seesBothWaysOfAHandshakeAndNothingElse() throws {
        let topology = try pair()
        _ = topology.keep(try .listener(80, in: topology("b")))
        _ = topology.keep(try .listener(81, in: topology("b")))
        let witness = try Witness(in: topology("b"), interface: "a", filter: PacketFilter(host: bAddress, port: 80))
        _ = try TCPConnectProbe(from: topology("a"), to: b(81)).run()
        _ = try PingProbe(from: topology("a"), to: bAddress).run()
        _ = try UDPProbe(from: topology("a"), to: b(82)).run()
        let probe = try TCPConnectProbe(from: topology("a"), to: b(80)).run()

        let seen = try witness.drain()
        #expect(seen.count >= 3)
        #expect(seen.allSatisfy { [$0.source, $0.destination].contains(b(80)) && $0.protocolNumber == 6 })
        #expect(seen.first?.direction == .incoming)
        #expect(seen.first?.source == probe.local)
        #expect(seen.first?.tcp?.isOpening == true)
        #expect(seen.first?.timeToLive == 64)
        #expect(seen.dropFirst().first?.direction == .outgoing)
        #expect(seen.dropFirst().first?.tcp?.acknowledgement == (seen.first?.tcp?.sequence ?? 0) &+ 1)
        #expect(try witness.count >= seen.count)
        #expect(try witness.dropped == 0)
        witness.close()
        #expect(try witness.drain().isEmpty)
    }

    @Test func onlyOpeningsAreOnePacketPerConnection() throws {
        let topology = try pair()
        _ = topology.keep(try .listener(80, in: topology("b")))
        let witness = try Witness(in: topology("a"), interface: "b", filter: PacketFilter(onlyOpening: true))
        for _ in 0..<5 { _ = try TCPConnectProbe(from: topology("a"), to: b(80)).run() }
        let seen = try witness.drain()
        #expect(seen.count == 5)
        #expect(seen.allSatisfy { $0.direction == .outgoing && $0.tcp?.isOpening == true })
        #expect(try witness.count == 5)
        witness.close()
    }

    @Test func anErrorQuotesThePacketItIsAbout() throws {
        let topology = try pair()
        let witness = try Witness(in: topology("b"), interface: "a", filter: .icmp)
        let probe = try UDPProbe(from: topology("a"), to: b(9)).run()
        let seen = try witness.drain()
        #expect(seen.count == 1)
        #expect(seen.first?.icmp?.type == 3 && seen.first?.icmp?.code == 3)
        #expect(
            seen.first?.icmp?.quoted == .init(protocolNumber: 17, source: probe.local, destination: b(9)))
        witness.close()
    }

    @Test func hostFilterHearsOnlyThatHost() throws {
        let topology = try pair()
        try topology.ip("b", "address add 10.9.0.3/24 dev a")
        let other = IPv4Address(10, 9, 0, 3)
        let witness = try Witness(in: topology("b"), interface: "a", filter: PacketFilter(host: other))
        _ = try PingProbe(from: topology("a"), to: bAddress).run()
        #expect(try witness.drain().isEmpty)
        _ = try PingProbe(from: topology("a"), to: other).run()
        let seen = try witness.drain()
        #expect(seen.map(\.direction) == [.incoming, .outgoing])
        #expect(seen.map { $0.icmp?.type } == [8, 0])
        witness.close()
    }

    @Test func aFullBufferIsCountedAsDrops() throws {
        let topology = try pair()
        let witness = try Witness(in: topology("b"), interface: "a", filter: .tcp, bufferBytes: 4096)
        _ = try PortScan(from: topology("a"), targets: [.init(addresses: [bAddress], tcp: [1...2000])]).run()
        #expect(try witness.dropped > 0)
        #expect(try witness.count >= 4000)
        witness.close()
    }

    @Test func anUnknownInterfaceThrows() throws {
        let topology = try pair()
        #expect(throws: SystemError.self) { _ = try Witness(in: topology("a"), interface: "none") }
    }

    @Test func manyCloseAtOnce() throws {
        let topology = try pair()
        let namespace = try topology("b")
        let witnesses = try (0..<8).map { _ in try Witness(in: namespace, interface: "a") }
        measure("close 8 witnesses at once") { Witness.close(all: witnesses) }
        #expect(try witnesses.allSatisfy { try $0.drain().isEmpty })
    }
}

@Suite struct HostFactsTests {
    @Test func addressesAreThoseOfTheNamespace() throws {
        let topology = try pair()
        let found = try HostFacts.addresses(in: topology("b")).map(\.description)
        #expect(found == ["127.0.0.1/8 on lo", "10.9.0.2/24 on a"])
    }

    @Test func countersMove() throws {
        let topology = try pair()
        func received() throws -> UInt64 {
            try HostFacts.counters(in: topology("b")).first { $0.interface == "a" }?.receivedPackets ?? 0
        }
        let before = try received()
        _ = try PingProbe(from: topology("a"), to: bAddress, count: 3).run()
        #expect(try received() >= before + 3)
    }
}
