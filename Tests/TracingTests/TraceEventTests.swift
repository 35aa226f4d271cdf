import IPAddressing
import SeededRandom
import Testing

@testable import Nftables

/// What the kernel sends, captured on Linux 6.18.
@Suite("Reading trace events") struct TraceEventTests {
    /// `nft monitor trace`: `trace id e2a29a3d ip netlab_trace_25021_1 prerouting rule … meta nftrace set 1 (verdict
    /// continue)`, with `iif 3 ip saddr 10.0.0.4 ip daddr 198.51.100.40 tcp sport 5570 tcp dport 80 tcp flags syn`.
    static let first = """
        02000000 08000f0000000002 0800040000000003 08000600e2a29a3d 0f000200 707265726f7574696e670000 19000100
        6e65746c61625f74726163655f32353032315f3100000000 0c000300 0000000000000007 0c000500 08000100ffffffff
        08000a0000000003 06000b0000010000 18000800 4500003ccd2440003f063a380a000004c6336428 18000900
        15c2005049a10a9500000000a002f507348e0000 12000700 0e050a0000000e060a000000080000 00
        """

    /// The end of the chain's rules: a rule without a handle.
    static let end = """
        02000000 08000f0000000002 0800040000000003 08000600e2a29a3d 0f000200 707265726f7574696e670000 19000100
        6e65746c61625f74726163655f32353032315f3100000000 0c000500 08000100ffffffff
        """

    /// `policy accept`.
    static let policy = """
        02000000 08000f0000000002 0800040000000001 08000600e2a29a3d 0f000200 707265726f7574696e670000 19000100
        6e65746c61625f74726163655f32353032315f3100000000 0800100000000001
        """

    private func parsed(_ bytes: [UInt8], type: UInt16 = 0x0a11) -> TraceEvent? {
        bytes.withUnsafeBytes { TraceEvent(type: type, $0) }
    }

    @Test("the first report of a packet") func firstReport() throws {
        let event = try #require(parsed(hexBytes(Self.first)))
        #expect(event.id == 0xe2a2_9a3d)
        #expect(event.table == "netlab_trace_25021_1")
        #expect(event.chain == "prerouting")
        #expect(event.kind == .rule(handle: 7, .continue))
        #expect(event.inputInterface == 3)
        #expect(event.outputInterface == nil)
        #expect(event.mark == 0)
        let packet = try #require(event.packet)
        #expect("\(packet)" == "tcp 10.0.0.4:5570 > 198.51.100.40:80 SYN")
        #expect(packet.identification == 0xcd24)
        #expect(packet.timeToLive == 63)
        #expect(packet.length == 60)
        #expect(packet.tcpSequence == 0x49a1_0a95)
    }

    @Test("the end of a chain, and its policy") func ends() throws {
        #expect(parsed(hexBytes(Self.end))?.kind == .return(.continue))
        let policy = try #require(parsed(hexBytes(Self.policy)))
        #expect(policy.kind == .policy(.accept))
        #expect(policy.packet == nil)
    }

    @Test("another message is none") func otherMessage() {
        #expect(parsed(hexBytes(Self.first), type: 0x0a06) == nil)
        #expect(parsed([]) == nil)
    }

    @Test("bytes cut off or changed anywhere never end the program", arguments: 1...200 as ClosedRange<UInt64>)
    func hostile(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let whole = hexBytes(Self.first)
        var bytes = Array(whole.prefix(Int.random(in: 0...whole.count, using: &generator)))
        for _ in 0..<Int.random(in: 0...8, using: &generator) where !bytes.isEmpty {
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
        }
        if let event = parsed(bytes) {
            #expect(event.chain.utf8.count <= whole.count)
        } else {
            #expect(bytes != whole)
        }
    }

    @Test("packet headers of every kind") func packets() throws {
        let ip: [UInt8] = [0x45, 0, 0, 84, 0, 1, 0, 0, 64, 1, 0, 0, 10, 0, 1, 10, 198, 51, 100, 40]
        let ping = try #require(PacketHeader(network: ip, transport: [8, 0, 0, 0, 0x12, 0x34, 0, 7]))
        #expect("\(ping)" == "icmp 10.0.1.10 > 198.51.100.40 echo request")
        #expect((ping.icmpIdentifier, ping.icmpSequence) == (0x1234, 7))
        var fragment = ip
        fragment[7] = 1
        let later = try #require(PacketHeader(network: fragment, transport: [8, 0, 0, 0, 0x12, 0x34, 0, 7]))
        #expect(later.fragmentOffset == 8)
        #expect(later.icmpIdentifier == 0)
        #expect(PacketHeader(network: ip.prefix(19), transport: []) == nil)
        #expect(PacketHeader(network: [UInt8](repeating: 0x60, count: 40), transport: []) == nil)
    }
}

/// Bytes from hexadecimal digits; blanks are for people.
func hexBytes(_ text: String) -> [UInt8] {
    let digits = text.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}
