import IPAddressing
import KernelObjects
import Testing

@testable import Netlink
@testable import Nftables

/// Each message of `NftBatch`: the equal command, the value and the bytes.
@Suite("nftables messages")
struct NftMessageTests {
    /// Every statement there is, one a rule.
    static let statements: [NftStatement] = [
        .interface(.inputInterface, "app"), .interface(.outputInterface, "lo"),
        .address(.source, CIDRBlock(containing: IPv4Address(10, 0, 0, 0), prefixLength: 16)),
        .address(.destination, CIDRBlock(IPv4Address(10, 0, 1, 10)), not: true),
        .address(.source, CIDRBlock(containing: IPv4Address(100, 64, 0, 0), prefixLength: 10)),
        .inSet([.destination], "blocks"), .inSet([.source], "blocks", not: true),
        .inSet([.inputInterface, .destination], "own"), .inSet([.icmpType], "errors"),
        .mark(0x10000), .mark(0x10000, not: true), .ipProtocol(6), .ipProtocol(50),
        .destinationPort(.tcp, 443...443), .destinationPort(.udp, 8000...8100),
        .icmp(type: nil, code: nil), .icmp(type: 8, code: nil), .icmp(type: 3, code: 4),
        .established, .invalid, .fragment, .handedOn(true), .handedOn(false), .setHandedOn(true), .setHandedOn(false),
        .counter,
        .verdict(.accept), .verdict(.drop), .verdict(.return), .verdict(.jump("other")), .verdict(.goto("other")),
        .verdictMap([.inputInterface], "ports"), .verdictMap([.mark], "marks"),
        .setMark(0x1ffff), .notrack,
        .translate(.source, map: "public"), .translate(.destination, map: "public"),
        .translateEmbedded(.source, map: "public"), .translateEmbedded(.destination, map: "public"),
        .translateTTL(map: "ttl"),
        .sourceNAT(IPv4Address(10, 0, 0, 4), ports: 1024...65535), .sourceNAT(IPv4Address(10, 0, 0, 4), ports: nil),
        .destinationNAT(IPv4Address(172, 17, 0, 2), port: 80),
        .reset,
    ]

    static let sets: [NftSet] = [
        NftSet(
            "blocks", key: [.address], isInterval: true,
            elements: ["172.16.0.0/12", "10.0.0.0/8"].compactMap(CIDRBlock.init(_:)).map { .init([.block($0)]) }),
        NftSet(
            "own", key: [.interface, .address],
            elements: [.init([.interface("app"), .address(IPv4Address(10, 0, 1, 1))])]),
        NftSet("errors", key: [.icmpType], elements: [.init([.icmpType(3)]), .init([.icmpType(11)])]),
        NftSet(
            "ports", key: [.interface], data: .verdict,
            elements: [.init([.interface("fifteen-letters")], .verdict(.goto("other")))]),
        NftSet("marks", key: [.mark], data: .verdict, elements: [.init([.mark(0x10001)], .verdict(.drop))]),
        NftSet(
            "public", key: [.address], data: .value(.address),
            elements: [.init([.address(IPv4Address(10, 0, 0, 4))], .value(.address(IPv4Address(203, 0, 113, 11))))]),
        NftSet(
            "ttl", key: [.timeToLive], data: .value(.timeToLive),
            elements: [.init([.timeToLive(64)], .value(.timeToLive(65)))]),
        NftSet("empty", key: [.address], elements: []),
    ]

    static let table = NftTable(
        sets: sets,
        chains: [
            NftChain("input", base: .init(.filter, .input, priority: 0, policy: .drop)),
            NftChain("raw", base: .init(.filter, .prerouting, priority: -300)),
            NftChain("forward", base: .init(.filter, .forward, priority: -10)),
            NftChain("nat", base: .init(.nat, .postrouting, priority: 100)),
            NftChain("output", base: .init(.filter, .output, priority: 0)),
            NftChain("other", rules: [NftRule([.counter, .verdict(.drop)], owner: "sg app ingress")]),
            NftChain("all", rules: statements.map { NftRule([$0]) }),
        ])

    private func batch(replacing: Bool = false) -> NetlinkBatch {
        var batch = NftBatch()
        batch.add(Self.table, replacing: replacing)
        return batch.messages
    }

    @Test("the whole table is the bytes on file")
    func golden() throws {
        let text = MessageDump(batch: batch(), family: .netfilter).text
        #expect(difference(text, try Fixtures.golden("nftables.txt", for: text)) == nil)
    }

    @Test("a batch begins and ends as one, and says what each message is for")
    func frame() {
        let operations = batch().purposes.map(\.operation)
        #expect(operations.first == "nft batch begin")
        #expect(operations.last == "nft batch commit")
        #expect(operations[1] == "nft add table ip netlab")
        #expect(operations.contains("nft add chain ip netlab input"))
        #expect(operations.contains("nft add set ip netlab blocks"))
        #expect(operations.contains("nft add map ip netlab ports"))
        #expect(operations.contains("nft add element ip netlab ports"))
        #expect(operations.contains("nft add rule ip netlab all ip ttl set ip ttl map @ttl"))
        #expect(!operations.contains("nft add element ip netlab empty"))
        let subjects = batch().purposes.map(\.subject)
        #expect(subjects.contains("sg app ingress"))
        #expect(subjects.contains("chain all"))
    }

    @Test("replacing adds, deletes and adds the table, so that it never fails for want of one")
    func replacing() {
        #expect(
            batch(replacing: true).purposes.map(\.operation)[1...3] == [
                "nft add table ip netlab", "nft delete table ip netlab", "nft add table ip netlab",
            ])
        #expect(batch(replacing: true).count == batch().count + 2)
    }

    @Test("every rule is read back with its own comment")
    func comment() throws {
        let owned = try #require(batch().purposes.firstIndex { $0.subject == "sg app ingress" })
        let counter = try withMessage(batch(), owned) { RuleCounters.parse($0) }
        #expect(counter == RuleCounter(owner: "sg app ingress", chain: "other", drops: true, packets: 0, bytes: 0))
    }

    @Test(
        "touching and nested blocks become one, for the kernel takes no overlap",
        arguments: [
            (["10.0.0.0/16", "10.1.0.0/16"], ["0.0.0.0 end", "10.0.0.0", "10.2.0.0 end"]),
            (["10.0.0.0/8", "10.1.0.0/16"], ["0.0.0.0 end", "10.0.0.0", "11.0.0.0 end"]),
            (["0.0.0.0/0"], ["0.0.0.0"]),
            (["255.0.0.0/8", "0.0.0.0/8"], ["0.0.0.0", "1.0.0.0 end", "255.0.0.0"]),
            (["192.168.1.1/32"], ["0.0.0.0 end", "192.168.1.1", "192.168.1.2 end"]),
        ])
    func intervals(_ blocks: [String], _ edges: [String]) throws {
        let set = NftSet(
            "s", key: [.address], isInterval: true,
            elements: blocks.compactMap(CIDRBlock.init(_:)).map { .init([.block($0)]) })
        var batch = NftBatch()
        batch.add(NftTable(sets: [set]))
        let index = try #require(batch.messages.purposes.firstIndex { $0.operation.contains("element") })
        let found = try withMessage(batch.messages, index) { body -> [String] in
            let list = NetlinkAttributes(UnsafeRawBufferPointer(rebasing: body[4...]))[3]
            return list.map { NetlinkAttributes($0).map { Self.edge(NetlinkAttributes($0.payload)) } } ?? []
        }
        #expect(found == edges)
    }

    private static func edge(_ element: NetlinkAttributes) -> String {
        let number = element[1].flatMap { NetlinkAttributes($0)[1]?.bigEndian32 } ?? 0
        return "\(IPv4Address(number: number))\(element[3]?.bigEndian32 == 1 ? " end" : "")"
    }

    @Test("many elements are spread over messages, none of which outgrows an attribute")
    func manyElements() {
        let set = NftSet(
            "many", key: [.interface, .address], data: .verdict,
            elements: (0..<1_300).map {
                .init(
                    [.interface("i\($0)"), .address(IPv4Address(number: UInt32($0)))],
                    .verdict(.goto(String(repeating: "c", count: 70))))
            })
        var batch = NftBatch()
        batch.add(NftTable(sets: [set], chains: [NftChain(String(repeating: "c", count: 70))]))
        let starts = batch.messages.purposes.indices.filter {
            batch.messages.purposes[$0].operation == "nft add element ip netlab many"
        }
        #expect(starts.count == 3)
        for index in starts {
            let length = batch.messages.offsets[index + 1] - batch.messages.offsets[index]
            #expect(length < 65_536)
        }
    }
}

/// Lends the body of one message: what follows the netlink header.
func withMessage<Value>(
    _ batch: NetlinkBatch, _ index: Int, _ body: (UnsafeRawBufferPointer) throws -> Value
) throws -> Value {
    try batch.bytes.withUnsafeBytes { raw in
        let header = try #require(NetlinkHeader(raw, at: batch.offsets[index]))
        let start = batch.offsets[index]
        return try body(UnsafeRawBufferPointer(rebasing: raw[start + 16..<start + header.length]))
    }
}
