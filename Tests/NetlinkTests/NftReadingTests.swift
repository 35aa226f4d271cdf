import Glibc
import IPAddressing
import KernelObjects
import SeededRandom
import Testing

@testable import Netlink
@testable import Nftables

/// What the kernel sends back, captured on Linux 6.18.
@Suite("Reading nftables and connection tracking")
struct NftReadingTests {
    /// `ip saddr 127.0.0.9 counter packets 0 bytes 0 drop comment "igw: no public address"`
    static let dropRule = """
        02000002 0b0001006e65746c61620000 0a000200696e707574000000 0c0003000000000000000003 0c0006000000000000000002
        c0000400 34000100 0c0001007061796c6f616400 24000200 0800010000000001 0800020000000001 080003000000000c
        0800040000000004 2c000100 08000100636d7000 20000200 0800010000000001 0800020000000000 0c000300 080001007f000009
        2c000100 0c000100636f756e74657200 1c000200 0c0001000000000000000000 0c0002000000000000000000
        30000100 0e000100696d6d6564696174650000 001c000200 0800010000000000 10000200 0c000200 0800010000000000
        1d000700 00176967773a206e6f207075626c6963206164647265737300 000000
        """

    /// `meta l4proto tcp counter packets 22 bytes 1100 reject with tcp reset comment "nat nat-a: unknown flow"`
    static let resetRule = """
        02000002 0b0001006e65746c61620000 0a000200696e707574000000 0c0003000000000000000004 0c0006000000000000000003
        9c000400 24000100 090001006d65746100000000 14000200 0800020000000010 0800010000000001
        2c000100 08000100636d7000 20000200 0800010000000001 0800020000000000 0c000300 0500010006000000
        2c000100 0c000100636f756e74657200 1c000200 0c000100000000000000044c 0c0002000000000000000016
        1c000100 0b00010072656a65637400 000c000200 0800010000000001
        1e000700 00186e6174206e61742d613a20756e6b6e6f776e20666c6f7700 0000
        """

    /// `counter packets 3 bytes 170 accept comment "sg app ingress[0]"`
    static let acceptRule = """
        02000002 0b0001006e65746c61620000 0a000200696e707574000000 0c0003000000000000000005 0c0006000000000000000004
        60000400 2c000100 0c000100636f756e74657200 1c000200 0c00010000000000000000aa 0c0002000000000000000003
        30000100 0e000100696d6d6564696174650000 001c000200 0800010000000000 10000200 0c000200 0800010000000001
        18000700 001273672061707020696e67726573735b305d00
        """

    /// `counter` without a comment.
    static let anonymousRule = """
        02000002 0b0001006e65746c61620000 0a000200696e707574000000 0c0003000000000000000006 0c0006000000000000000005
        30000400 2c000100 0c000100636f756e74657200 1c000200 0c0001000000000000000000 0c0002000000000000000000
        """

    /// `icmp 127.0.0.1 127.0.0.1 type=8 code=0 id=28436`
    static let pingFlow = """
        02000000 3c000180 14000180 080001007f000001 080002007f000001 24000280 0500010001000000 060004006f140000
        0500050008000000 0500060000000000 3c000280 14000180 080001007f000001 080002007f000001 24000280 0500010001000000
        060004006f140000 0500050000000000 0500060000000000 080003000000018a 0800080000000000 08000c0065b8d856
        08000b0000000001 080007000000001d
        """

    /// `udp 127.0.0.1:40000 → 127.0.0.2:53, translated to 127.0.0.3:50000`
    static let translatedFlow = """
        02000000 34000180 14000180 080001007f000001 080002007f000002 1c000280 0500010011000000 060002009c400000
        0600030000350000 34000280 14000180 080001007f000002 080002007f000003 1c000280 0500010011000000 0600020000350000
        06000300c3500000 0800030000000198 0800080000000000 08000c002b639d95 08000b0000000001 080007000000001d
        """

    private func counter(_ message: [UInt8]) -> RuleCounter? { message.withUnsafeBytes { RuleCounters.parse($0) } }
    private func track(_ message: [UInt8]) -> TrackedFlow? { message.withUnsafeBytes { Conntrack.parse($0) } }

    @Test("a rule that drops")
    func drop() {
        #expect(
            counter(bytes(Self.dropRule))
                == RuleCounter(owner: "igw: no public address", chain: "input", drops: true, packets: 0, bytes: 0))
    }

    @Test("a rule that resets drops, too")
    func reset() {
        #expect(
            counter(bytes(Self.resetRule))
                == RuleCounter(owner: "nat nat-a: unknown flow", chain: "input", drops: true, packets: 22, bytes: 1100))
    }

    @Test("a rule that accepts")
    func accept() {
        #expect(
            counter(bytes(Self.acceptRule))
                == RuleCounter(owner: "sg app ingress[0]", chain: "input", drops: false, packets: 3, bytes: 170))
    }

    @Test("a rule of nobody is left out")
    func anonymous() { #expect(counter(bytes(Self.anonymousRule)) == nil) }

    @Test("a ping")
    func ping() throws {
        let flow = try #require(track(bytes(Self.pingFlow)))
        #expect(flow.original.description == "127.0.0.1 → 127.0.0.1 id 28436")
        #expect(flow.reply == flow.original)
        #expect(flow.timeout == 29)
    }

    @Test("a translated flow: where its answers go is what it looks like outside")
    func translation() throws {
        let flow = try #require(track(bytes(Self.translatedFlow)))
        #expect(
            flow.original
                == FlowTuple(
                    protocolNumber: 17, source: IPv4Address(127, 0, 0, 1), destination: IPv4Address(127, 0, 0, 2),
                    sourcePort: 40_000, destinationPort: 53))
        #expect(flow.reply.description == "127.0.0.2:53 → 127.0.0.3:50000")
        #expect(flow.translatedSource.address == IPv4Address(127, 0, 0, 3))
        #expect(flow.translatedSource.port == 50_000)
    }

    static let captures = [dropRule, resetRule, acceptRule, anonymousRule, pingFlow, translatedFlow]

    @Test("cut anywhere, nothing breaks", arguments: captures)
    func truncated(_ capture: String) {
        let whole = bytes(capture)
        for count in 0...whole.count {
            _ = counter(Array(whole.prefix(count)))
            _ = track(Array(whole.prefix(count)))
        }
        #expect(counter(Array(whole.prefix(3))) == nil)
        #expect(track(Array(whole.prefix(3))) == nil)
    }

    @Test("damaged anywhere, nothing breaks", arguments: captures)
    func damaged(_ capture: String) {
        var generator = SeededGenerator(seed: 11)
        let whole = bytes(capture)
        for _ in 0..<3_000 {
            var message = whole
            for _ in 0...Int.random(in: 0...4, using: &generator) {
                message[Int.random(in: 0..<message.count, using: &generator)] = generator.bytes(upTo: 1).first ?? 0
            }
            _ = counter(message)
            _ = track(message)
        }
    }
}

@Suite("User data of rules and sets")
struct UserDataTests {
    @Test("a comment: type 0, its length with the NUL, the text", arguments: ["", "x", "sg app ingress[0]"])
    func comment(_ text: String) {
        let data = RuleComment.encode(text)
        #expect(data == [0, UInt8(text.utf8.count + 1)] + Array(text.utf8) + [0])
        #expect(data.withUnsafeBytes { RuleComment.decode($0) } == text)
    }

    @Test("a comment that is too long is cut, and stays whole")
    func long() {
        let data = RuleComment.encode(String(repeating: "x", count: 300))
        #expect(data.count == 2 + NftRule.ownerLimit + 1)
        #expect(data.withUnsafeBytes { RuleComment.decode($0) }?.utf8.count == NftRule.ownerLimit)
    }

    @Test("other parts are passed over; broken ones end the search")
    func parts() {
        #expect(bytes("01 02 aabb 00 03 686900").withUnsafeBytes { RuleComment.decode($0) } == "hi")
        #expect(bytes("01 02 aabb").withUnsafeBytes { RuleComment.decode($0) } == nil)
        #expect(bytes("00 05 6869").withUnsafeBytes { RuleComment.decode($0) } == nil)
        #expect(bytes("00").withUnsafeBytes { RuleComment.decode($0) } == nil)
        #expect(bytes("").withUnsafeBytes { RuleComment.decode($0) } == nil)
        #expect(bytes("00 00").withUnsafeBytes { RuleComment.decode($0) } == "")
    }

    @Test("random user data")
    func random() {
        var generator = SeededGenerator(seed: 12)
        for _ in 0..<5_000 { _ = generator.bytes(upTo: 60).withUnsafeBytes { RuleComment.decode($0) } }
    }

    @Test("sets keep the byte order of key and value for listings, as nft does")
    func sets() {
        let map = NftSet("m", key: [.address], data: .value(.address), elements: [])
        #expect(SetUserData.encode(map) == bytes("00 04 02000000 01 04 02000000"))
        let verdicts = NftSet("v", key: [.interface], data: .verdict, elements: [])
        #expect(SetUserData.encode(verdicts) == bytes("00 04 01000000"))
        let pair = NftSet("p", key: [.interface, .address], elements: [])
        #expect(SetUserData.encode(pair) == bytes("00 04 00000000"))
    }
}

@Suite("Rules by their handles") struct RuleIndexTests {
    @Test("handle, chain and owner; the plan's rule beside it while the chain is as planned")
    func index() throws {
        let entry = try #require(bytes(NftReadingTests.acceptRule).withUnsafeBytes { RuleIndex.parse($0) })
        #expect(entry == RuleIndex.Entry(handle: 5, chain: "input", owner: "sg app ingress[0]"))
        let planned = NftRule([.counter, .verdict(.accept)], owner: "sg app ingress[0]")
        let table = NftTable(chains: [NftChain("input", rules: [planned])])
        #expect(RuleIndex.index([entry], plan: table).first?.planned == planned)
        // One rule more than planned: nobody knows which is which.
        let two = RuleIndex.index([entry, entry], plan: table)
        #expect(two.map(\.planned) == [nil, nil])
        #expect(two.map(\.position) == [0, 1])
    }

    @Test("a rule cut short is none, or an owner less")
    func cut() {
        let whole = bytes(NftReadingTests.acceptRule)
        for length in 0..<whole.count {
            let entry = Array(whole.prefix(length)).withUnsafeBytes { RuleIndex.parse($0) }
            #expect(entry?.owner ?? "" == "", "\(length)")
        }
    }
}
