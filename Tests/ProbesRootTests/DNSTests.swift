import IPAddressing
import Namespaces
import Probes
import SeededRandom
import Testing

@testable import struct Probes.DNSMessage

/// Builds answers, good and bad.
private enum Answer {
    static func big(_ number: Int) -> [UInt8] { [UInt8(number >> 8 & 255), UInt8(number & 255)] }

    static func make(
        to query: [UInt8], flags: Int = 0x8180, questions: Int = 1, count: Int = 1, records: [UInt8]
    ) -> [UInt8] {
        query[..<2] + big(flags) + big(questions) + big(count) + [0, 0, 0, 0] + query[12...] + records
    }

    /// A record whose owner is a pointer to the question unless given.
    static func record(owner: [UInt8] = [0xc0, 12], type: Int = 1, _ data: [UInt8], length: Int? = nil) -> [UInt8] {
        owner + big(type) + big(1) + [0, 0, 0, 60] + big(length ?? data.count) + data
    }

    static func name(_ text: String) -> [UInt8] {
        text.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }
}

@Suite struct DNSParserTests {
    private let query = DNSMessage.query("Mirror.Example", identifier: 0x1234) ?? []

    private func parse(_ bytes: [UInt8]) throws -> DNSMessage? { try DNSMessage(bytes, answering: query) }

    @Test func queriesHaveTheBytesOfTheStandard() {
        // dig +norecurse=no mirror.example A
        #expect(
            DNSMessage.query("mirror.example.", identifier: 0x1234)
                == [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + Answer.name("mirror.example") + [0, 1, 0, 1])
        for bad in ["", "a..b", ".", String(repeating: "a", count: 64), "a b", String(repeating: "a.", count: 130)] {
            #expect(DNSMessage.query(bad, identifier: 1) == nil, "\(bad)")
        }
    }

    @Test func addressesFollowTheAliases() throws {
        let records =
            Answer.record(type: 5, Answer.name("CDN.net"))
            + Answer.record(owner: Answer.name("cdn.NET"), [10, 0, 0, 1])
            + Answer.record(owner: Answer.name("other.net"), [10, 0, 0, 2])
        let message = try parse(Answer.make(to: query, count: 3, records: records))
        #expect(message?.addresses == [IPv4Address(10, 0, 0, 1)])
        #expect(message?.rcode == 0)
    }

    @Test func anAliasLoopEnds() throws {
        let records = Answer.record(type: 5, [0xc0, 12]) + Answer.record([10, 0, 0, 1])
        #expect(try parse(Answer.make(to: query, count: 2, records: records)) != nil)
    }

    @Test func answersToOthersArePassedOver() throws {
        let good = Answer.make(to: query, records: Answer.record([10, 0, 0, 1]))
        var otherIdentifier = good
        otherIdentifier[0] ^= 1
        var question = good
        question[2] &= 0x7f
        var otherName = good
        otherName[14] ^= 1
        for bytes in [otherIdentifier, question, otherName, [], Array(good[..<11])] { #expect(try parse(bytes) == nil) }
    }

    @Test func hostileRecordsAreRefused() {
        let at = UInt8(query.count)
        for records in [
            Answer.record(owner: [0xc0, at], [10, 0, 0, 1]),  // points at itself
            Answer.record(owner: [1, 97, 0xc0, at], [10, 0, 0, 1]),  // comes back to its own start
            Answer.record(owner: [0xc0, 0xff], [10, 0, 0, 1]),  // forward
            Answer.record(owner: [0xc0, 2], [10, 0, 0, 1]),  // into the header
            Answer.record(owner: [0x40, 97], [10, 0, 0, 1]),  // label type of no standard
            Answer.record(owner: [0xc0], []),
            Answer.record([10, 0, 0], length: 3), Answer.record([10, 0, 0, 1], length: 40),
            Array(Answer.record([10, 0, 0, 1]).dropLast(5)), [],
            Answer.record(owner: Array(repeating: [63] + Array(repeating: 97, count: 63), count: 5).flatMap { $0 }, []),
        ] {
            #expect(throws: DNSMessage.Malformed.self) {
                try parse(Answer.make(to: query, records: records))
            }
        }
    }

    @Test func survivesDamagedInput() {
        var random = SeededGenerator(seed: 53)
        let good = Answer.make(
            to: query, count: 2,
            records: Answer.record(type: 5, [3, 97, 98, 99, 0xc0, 19]) + Answer.record([10, 0, 0, 1]))
        for _ in 0..<50_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            bytes.removeLast(Int.random(in: 0...bytes.count, using: &random))
            _ = try? parse(bytes)
        }
        for _ in 0..<20_000 {
            _ = try? parse(
                (0..<Int.random(in: 0...80, using: &random)).map { _ in .random(in: 0...255, using: &random) })
        }
    }
}

@Suite struct DNSProbeTests {
    private func probe(_ topology: Topology, tries: Int = 5) throws -> DNSProbe {
        DNSProbe(
            from: try topology("a"), name: "mirror.example", server: b(53), timeout: .milliseconds(300), tries: tries)
    }

    private func serve(_ topology: Topology, _ answer: @escaping @Sendable ([UInt8]) -> [[UInt8]]) throws {
        _ = topology.keep(try TestServer(udp: 53, in: topology("b")) { bytes, _ in answer(bytes) })
    }

    @Test func forgedAnswersAreWaitedOut() throws {
        let topology = try pair()
        try serve(topology) { query in
            var forged = Answer.make(to: query, records: Answer.record([6, 6, 6, 6]))
            forged[0] ^= 0xff
            let loop = Answer.make(to: query, records: Answer.record(owner: [0xc0, UInt8(query.count)], [6, 6, 6, 6]))
            return [forged, [1, 2, 3], loop, Answer.make(to: query, records: Answer.record([198, 51, 100, 10]))]
        }
        let outcome = try probe(topology).run()
        #expect(outcome.reply?.addresses == [IPv4Address(198, 51, 100, 10)])
        #expect(outcome.reply?.overTCP == false)
        report("DNS query", outcome.duration)
    }

    @Test func aTruncatedAnswerIsAskedForByTCP() throws {
        let topology = try pair()
        try serve(topology) {
            [Answer.make(to: $0, flags: 0x8380, count: 9, records: [0xc0])].map { Array($0.dropLast()) }
        }
        _ = topology.keep(
            try TestServer(tcp: 53, in: topology("b")) { connection in
                let query = Array(connection.readBytes(34).dropFirst(2))
                let addresses = (1...30).flatMap { Answer.record([10, 0, 0, UInt8($0)]) }
                let answer = Answer.make(to: query, count: 30, records: addresses)
                connection.send(Answer.big(answer.count) + answer[..<5])
                connection.send(Array(answer[5...]))
                _ = connection.read(until: "never")
                connection.close()
            })
        let outcome = try probe(topology).run()
        #expect(outcome.reply?.overTCP == true)
        #expect(outcome.reply?.addresses.count == 30)
    }

    @Test func aLostQueryIsRepeated() throws {
        let topology = try pair()
        let count = Box(0)
        try serve(topology) { query in
            count.update { $0 += 1 }
            return count.value < 2 ? [] : [Answer.make(to: query, flags: 0x8183, count: 0, records: [])]
        }
        let outcome = try probe(topology).run()
        #expect(outcome.reply?.rcodeName == "NXDOMAIN", "\(outcome)")
    }

    @Test func silenceRefusalAndNextServer() throws {
        let topology = try pair()
        #expect(
            try probe(topology).run().noReply == .unreachable(ICMPError(type: 3, code: 3, from: bAddress)))
        try serve(topology) { [Answer.make(to: $0, records: Answer.record([10, 0, 0, 9]))] }
        let outcome = try DNSProbe.resolve("mirror.example", servers: [b(54), b(53)], from: topology("a"))
        #expect(outcome.reply?.addresses == [IPv4Address(10, 0, 0, 9)])
        try topology.nft("b", hook: "input", "udp dport 53 drop")
        #expect(try probe(topology, tries: 1).run().isSilent)
        #expect(throws: DNSProbe.BadName.self) {
            _ = try DNSProbe(from: topology("a"), name: "a..b", server: b(53)).run()
        }
    }
}
