import CNetlabShims
import IPAddressing
import KernelObjects
import LabPlan
import Nftables
import SeededRandom
import Testing

@testable import Probes
@testable import Tracing

@Suite("Filters") struct FilterTests {
    static let app: Set<IPv4Address> = [IPv4Address(10, 0, 1, 10)]
    static let echo: Set<IPv4Address> = [IPv4Address(198, 51, 100, 40)]

    private func rules(_ filter: WatchFilter) -> [String] {
        filter.alternatives.map { $0.map(\.text).joined(separator: " ") }
    }

    @Test("nothing set is one rule that matches all") func everything() {
        #expect(rules(WatchFilter()) == [""])
        #expect(rules(WatchFilter(protocolNumber: 1)) == ["meta l4proto icmp"])
    }

    @Test("both ends and a port: there and back") func ends() {
        let filter = WatchFilter(from: Self.app, to: Self.echo, protocolNumber: 6, port: 80)
        #expect(
            rules(filter) == [
                "ip saddr @from ip daddr @to tcp dport 80", "ip daddr @from ip saddr @to tcp sport 80",
            ])
        #expect(filter.sets.map(\.name) == ["from", "to"])
    }

    @Test("hosts in any direction") func hosts() {
        var filter = WatchFilter(protocolNumber: 17)
        filter.hosts = [Self.app]
        #expect(rules(filter) == ["ip saddr @host0 meta l4proto udp", "ip daddr @host0 meta l4proto udp"])
    }

    @Test("a host is followed behind the gateway that lends it an address; others who borrow it are not")
    func lent() throws {
        let plan = try Labs.privateNAT()
        let lent = LabEnds.guises(at: Self.app, in: plan.lab)
        #expect(lent.isSuperset(of: Self.app.union([IPv4Address(10, 0, 0, 4), IPv4Address(203, 0, 113, 11)])))
        var filter = WatchFilter()
        (filter.hosts, filter.owned) = ([lent], [Self.app])
        func path(from source: IPv4Address) -> [Passage] {
            var (before, after) = (PassageTests.packet(from: source), PassageTests.packet())
            after.source = IPv4Address(10, 0, 0, 4)
            let first = Passage(node: "nat-a", entry: .wire(2), before: before, after: after, begun: 0, touched: 0)
            before = after
            return [first, Passage(node: "vpc", entry: .wire(3), before: before, after: after, begun: 0, touched: 0)]
        }
        #expect(filter.matches(path(from: IPv4Address(10, 0, 1, 12))[1].before))
        #expect(filter.concerns(path(from: IPv4Address(10, 0, 1, 10))))
        #expect(!filter.concerns(path(from: IPv4Address(10, 0, 1, 12))))
    }

    @Test("the rules and the reader agree", arguments: 1...50 as ClosedRange<UInt64>)
    func agree(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let addresses = [Self.app, Self.echo, [IPv4Address(10, 0, 0, 1)]]
        var packet = PassageTests.packet()
        packet.source = addresses.randomElement(using: &generator)?.first ?? packet.source
        packet.destination = addresses.randomElement(using: &generator)?.first ?? packet.destination
        packet.protocolNumber = [6, 17].randomElement(using: &generator) ?? 6
        (packet.sourcePort, packet.destinationPort) = Bool.random(using: &generator) ? (80, 9) : (9, 80)
        let filter = WatchFilter(
            from: Bool.random(using: &generator) ? Self.app : nil, to: Bool.random(using: &generator) ? Self.echo : nil,
            protocolNumber: Bool.random(using: &generator) ? 6 : nil, port: Bool.random(using: &generator) ? 80 : nil)
        let expected = rules(filter).contains { rule in
            let words = " \(rule) "
            func holds(_ text: String, _ is: Bool) -> Bool { !words.contains(" \(text) ") || `is` }
            return holds("ip saddr @from", Self.app.contains(packet.source))
                && holds("ip daddr @from", Self.app.contains(packet.destination))
                && holds("ip saddr @to", Self.echo.contains(packet.source))
                && holds("ip daddr @to", Self.echo.contains(packet.destination))
                && holds("meta l4proto tcp", packet.protocolNumber == 6)
                && holds("tcp dport 80", packet.protocolNumber == 6 && packet.destinationPort == 80)
                && holds("tcp sport 80", packet.protocolNumber == 6 && packet.sourcePort == 80)
                && holds("udp dport 80", packet.protocolNumber == 17 && packet.destinationPort == 80)
                && holds("udp sport 80", packet.protocolNumber == 17 && packet.sourcePort == 80)
        }
        #expect(filter.matches(packet) == expected, "\(filter) \(packet)")
    }

    @Test("words") func words() throws {
        let words = try FilterWords(["tcp", "and", "host app", "port", "80"])
        #expect((words.protocolNumber, words.hosts, words.port) == (6, ["app"], 80))
        for bad in [
            ["tcp", "udp"], ["host"], ["port", "x"], ["port", "70000"], ["app"], ["port", "1", "port", "2"],
        ] {
            #expect(throws: FilterWords.Problem.self) { try FilterWords(bad) }
        }
    }

    @Test("what tcpdump -ddd prints is read, and nothing else") func compiled() throws {
        // tcpdump -y EN10MB -ddd ip
        let program = try #require(
            FrameFilter(compiled: "4\n40 0 0 12\n21 0 1 2048\n6 0 0 262144\n6 0 0 0\n", text: "ip"))
        #expect(program.program.instructions.map(\.k) == [12, 2048, 262_144, 0])
        for bad in ["", "x", "2\n6 0 0 0", "1\n6 0 0", "1\n6 0 0 0 0", "1\n6 256 0 0", "1\n6 0 0 99999999999", "0"] {
            #expect(FrameFilter(compiled: bad, text: "") == nil, "\(bad)")
        }
    }

    @Test("a witness's filter reads behind the Ethernet header") func moved() {
        let filter = FrameFilter(PacketFilter(protocolNumber: 6, port: 80), text: "tcp and port 80")
        let original = PacketFilter(protocolNumber: 6, port: 80).program.instructions
        // ldh proto stays; ldb [9] becomes SKF_NET_OFF + 9.
        #expect(filter.program.instructions.count == original.count)
        #expect(filter.program.instructions[0].k == original[0].k)
        #expect(filter.program.instructions[2].k == UInt32(bitPattern: -0x100000 + 9))
    }

    @Test("names of nodes stand for addresses") func names() {
        let named = FilterCompiler.named("tcp and host app and not src nat-a and dst 10.0.0.1") { name in
            ["app": [IPv4Address(10, 0, 1, 10)], "nat-a": [IPv4Address(10, 0, 0, 4), IPv4Address(203, 0, 113, 11)]][
                name]
        }
        #expect(
            named
                == "tcp and host ( 10.0.1.10 ) and not src ( 10.0.0.4 or 203.0.113.11 ) and dst 10.0.0.1")
    }
}

@Suite("pcapng") struct PcapngTests {
    @Test("one interface, one packet") func golden() {
        let head = PcapngWriter.head(
            comment: "lab", application: "netlab",
            interfaces: [.init(name: "app:eth0", description: "d", filter: "ip")])
        #expect(
            head
                == hexBytes(
                    """
                    0a0d0d0a 34000000 4d3c2b1a 01000000 ffffffffffffffff 01000300 6c616200 04000600 6e65746c61620000
                    00000000 34000000
                    01000000 3c000000 01000000 00000400 02000800 6170703a65746830 03000100 64000000 09000100 09000000
                    0b000300 00697000 00000000 3c000000
                    """))
        let packet = PcapngWriter.packet(
            .init(
                interface: 0, time: 0x1_0000_0002, isOutgoing: true, bytes: [1, 2, 3, 4, 5], originalLength: 9,
                comment: "c"))
        #expect(
            packet
                == hexBytes(
                    """
                    06000000 3c000000 00000000 01000000 02000000 05000000 09000000 0102030405000000 01000100 63000000
                    02000400 02000000 00000000 3c000000
                    """))
        #expect(
            PcapngWriter.statistics(interface: 1, time: 3, received: 5, dropped: 0)
                == hexBytes(
                    """
                    05000000 34000000 01000000 00000000 03000000 04000800 0500000000000000 05000800 0000000000000000
                    00000000 34000000
                    """))
    }

    @Test("blocks are whole and say their length twice", arguments: 0...70)
    func whole(length: Int) {
        let bytes = PcapngWriter.packet(
            .init(
                interface: 0, time: 1, isOutgoing: false, bytes: [UInt8](repeating: 7, count: length),
                originalLength: length, comment: String(repeating: "x", count: length)))
        #expect(bytes.count % 4 == 0)
        let stated = Int(bytes[4]) | Int(bytes[5]) << 8
        #expect(stated == bytes.count)
        #expect(Array(bytes.suffix(4)) == Array(bytes[4..<8]))
    }
}
