import IPAddressing
import KernelObjects
import LabFile
import LabPlan
import LinuxSystem
import Nftables
import Testing

@testable import Tracing

@Suite("From events to paths") struct PassageTests {
    static let table = "netlab_trace_1_1"

    static func packet(_ identification: UInt16 = 1, from source: IPv4Address = IPv4Address(10, 0, 1, 10))
        -> PacketHeader
    {
        var packet = PacketHeader(
            source: source, destination: IPv4Address(198, 51, 100, 40), protocolNumber: 6,
            identification: identification)
        (packet.sourcePort, packet.destinationPort, packet.tcpFlags) = (40000, 80, 2)
        return packet
    }

    private func own(
        _ id: UInt32, _ chain: String, _ packet: PacketHeader?, input: UInt32? = nil, output: UInt32? = nil
    ) -> TraceEvent {
        TraceEvent(
            id: id, table: Self.table, chain: chain, kind: .return(.continue), inputInterface: input,
            outputInterface: output, packet: packet)
    }

    private func rule(_ id: UInt32, _ chain: String, _ handle: UInt64, _ verdict: TraceEvent.Verdict, mark: UInt32 = 0)
        -> TraceEvent
    {
        TraceEvent(id: id, table: "netlab", chain: chain, kind: .rule(handle: handle, verdict), mark: mark)
    }

    @Test("a packet that is forwarded, translated on the way") func forwarded() throws {
        var reader = PassageReader(node: "igw", table: Self.table)
        let after = Self.packet(from: IPv4Address(203, 0, 113, 11))
        #expect(reader.take(own(7, "prerouting", Self.packet(), input: 3), at: 10).isEmpty)
        #expect(reader.take(own(7, "prerouting", nil), at: 11).isEmpty)
        #expect(reader.take(rule(7, "outbound", 9, .goto("reflect")), at: 12).isEmpty)
        let over = reader.take(own(7, "postrouting", after, output: 2), at: 13)
        let passage = try #require(over.first)
        #expect(passage.entry == .wire(3))
        #expect(passage.exit == .wire(2))
        #expect(passage.after.source == IPv4Address(203, 0, 113, 11))
        #expect(passage.steps.map(\.handle) == [9])
        #expect(reader.takeLost(at: nil).isEmpty)
    }

    @Test("a packet that a rule drops") func dropped() throws {
        var reader = PassageReader(node: "vpc", table: Self.table)
        _ = reader.take(own(7, "prerouting", Self.packet(), input: 11), at: 10)
        _ = reader.take(rule(7, "subnet-a", 3, .accept, mark: 0x10001), at: 10)
        let over = reader.take(rule(7, "table-a", 4, .drop, mark: 0x10001), at: 11)
        #expect(over.map(\.exit) == [.dropped(handle: 4, chain: "table-a")])
        #expect(over.map(\.mark) == [0x10001])
    }

    @Test("a number that comes again begins a new passage; the old one is lost") func numberAgain() {
        var reader = PassageReader(node: "vpc", table: Self.table)
        _ = reader.take(own(7, "prerouting", Self.packet(1), input: 11), at: 10)
        let over = reader.take(own(7, "prerouting", Self.packet(2), input: 11), at: 11)
        #expect(over.map(\.exit) == [.lost])
        #expect(over.map(\.before.identification) == [1])
        #expect(reader.takeLost(at: nil).map(\.before.identification) == [2])
    }

    @Test("a passage of which nothing more is heard is lost after a while") func lost() {
        var reader = PassageReader(node: "vpc", table: Self.table)
        _ = reader.take(own(7, "prerouting", Self.packet(), input: 11), at: 0)
        #expect(reader.takeLost(at: 299_000_000).isEmpty)
        #expect(reader.takeLost(at: 301_000_000).map(\.exit) == [.lost])
    }

    @Test("events of others that trace at the same time count for nothing") func others() {
        var reader = PassageReader(node: "vpc", table: Self.table)
        let other = TraceEvent(
            id: 7, table: "netlab_trace_2_1", chain: "prerouting", kind: .return(.continue), inputInterface: 1,
            packet: Self.packet())
        #expect(reader.take(other, at: 0).isEmpty)
        #expect(reader.takeLost(at: nil).isEmpty)
    }

    @Test("passages that come in any order are strung together by their wires", arguments: 0..<6)
    func strung(order: Int) throws {
        let wires = Wires(try Labs.privateNAT())
        let end = { (node: String, peer: String) throws -> UInt32 in
            try #require((1...40).first { wires.peer(.init(node: node, index: $0))?.node == peer })
        }
        func passage(_ node: String, _ entry: Passage.Entry, _ exit: Passage.Exit) -> Passage {
            var passage = Passage(
                node: node, entry: entry, before: Self.packet(), after: Self.packet(), begun: 0, touched: 0)
            passage.exit = exit
            return passage
        }
        let all = [
            passage("app", .sent, .wire(try end("app", "vpc"))),
            passage("vpc", .wire(try end("vpc", "app")), .wire(try end("vpc", "nat-a"))),
            passage("nat-a", .wire(try end("nat-a", "vpc")), .dropped(handle: 1, chain: "forward")),
        ]
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
        var assembler = PathAssembler(wires)
        for index in orders[order] { assembler.add(all[index]) }
        let paths = assembler.takePaths(begunBefore: 1, givingUpBefore: 0)
        #expect(paths.map { $0.map(\.node) } == [["app", "vpc", "nat-a"]])
        #expect(assembler.takePaths(begunBefore: Int64.max, givingUpBefore: Int64.max).isEmpty)
    }

    @Test("an answer comes after its question, whichever was heard of first") func order() throws {
        let wires = Wires(try Labs.privateNAT())
        let end = { (node: String, peer: String) throws -> UInt32 in
            try #require((1...40).first { wires.peer(.init(node: node, index: $0))?.node == peer })
        }
        func passage(
            _ node: String, _ entry: Passage.Entry, _ exit: Passage.Exit, _ packet: PacketHeader, _ order: Int
        ) -> Passage {
            var passage = Passage(
                node: node, entry: entry, before: packet, after: packet, order: order, begun: 0, touched: 0)
            passage.exit = exit
            return passage
        }
        let question = Self.packet(1)
        let answer = Self.packet(2, from: IPv4Address(10, 0, 0, 2))
        var assembler = PathAssembler(wires)
        // Of another time altogether, and it met neither.
        assembler.add(passage("vault", .sent, .delivered, Self.packet(3), 1))
        assembler.add(passage("vpc", .sent, .wire(try end("vpc", "app")), answer, 2))
        assembler.add(passage("app", .wire(try end("app", "vpc")), .delivered, answer, 2))
        assembler.add(passage("app", .sent, .wire(try end("app", "vpc")), question, 1))
        assembler.add(passage("vpc", .wire(try end("vpc", "app")), .delivered, question, 1))
        let paths = assembler.takePaths(begunBefore: 1, givingUpBefore: 0)
        #expect(paths.map { $0[0].before.identification } == [3, 1, 2])
    }

    @Test("a path whose rest does not come is given back as it is, but not at once") func incomplete() throws {
        let wires = Wires(try Labs.privateNAT())
        var passage = Passage(
            node: "app", entry: .sent, before: Self.packet(), after: Self.packet(), begun: 5, touched: 5)
        passage.exit = .wire(2)
        var assembler = PathAssembler(wires)
        assembler.add(passage)
        #expect(assembler.takePaths(begunBefore: 100, givingUpBefore: 0).isEmpty)
        #expect(assembler.takePaths(begunBefore: 100, givingUpBefore: 100).count == 1)
    }
}

@Suite("Routes by the plan") struct PlannedRoutingTests {
    @Test("mark and destination give the table and its line")
    func routes() throws {
        let plan = try Labs.privateNAT()
        let vpc = try #require(plan.node("vpc"))
        func route(_ table: String, _ destination: String) throws -> String {
            let mark = try #require(vpc.rules.first { $0.owner == "route table rtb-\(table)" }?.mark)
            let address = try #require(IPv4Address(destination))
            let route = try #require(PlannedRouting.route(in: vpc, mark: mark, to: address))
            return "\(route.owner) \(route.destination)"
        }
        #expect(try route("private-a", "198.51.100.40") == "route table rtb-private-a 0.0.0.0/0")
        // The local route leads through the table's throw to main.
        #expect(try route("private-a", "10.0.0.10") == "local route 10.0.0.10/32")
        #expect(try route("isolated-a", "198.51.100.40") == "no route 0.0.0.0/0")
        #expect(PlannedRouting.route(in: vpc, mark: 0, to: IPv4Address(198, 51, 100, 40)) == nil)
    }
}

/// Plans of shipped labs.
enum Labs {
    static func privateNAT() throws -> LabPlan {
        let path = #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined() + "/labs/private-nat.yaml"
        let text = try Files.read(path)
        return LabPlan(try #require(LabFile.read(text, file: path).lab))
    }
}
