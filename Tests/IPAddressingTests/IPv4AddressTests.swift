import IPAddressing
import Testing

@Suite("IPv4 addresses")
struct IPv4AddressTests {
    @Test(
        "reads dotted decimal",
        arguments: [("0.0.0.0", 0), ("10.0.1.10", 0x0A00_010A), ("255.255.255.255", 0xFFFF_FFFF)])
    func reads(text: String, number: UInt32) throws {
        let address = try #require(IPv4Address(text))
        #expect(address.number == number)
        #expect(address.description == text)
    }

    @Test(
        "refuses everything else",
        arguments: [
            "", ".", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.04", "1.2.3.", ".1.2.3", "1..2.3",
            " 1.2.3.4",
            "1.2.3.4 ", "+1.2.3.4", "-1.2.3.4", "1.2.3.4/32", "a.b.c.d", "1.2.3.0x4", "٣.2.3.4", "1.2.3.99999999999999",
            "::1",
        ])
    func refuses(text: String) {
        #expect(IPv4Address(text) == nil)
    }

    @Test("any address survives being written and read")
    func roundTrip() {
        var generator = Seeded(seed: 1)
        for _ in 0..<2_000 {
            let address = IPv4Address(number: generator.next32())
            #expect(IPv4Address(address.description) == address)
            let bytes = address.bytes
            #expect(IPv4Address(bytes[0], bytes[1], bytes[2], bytes[3]) == address)
        }
    }

    @Test("is ordered and counted as the number it is")
    func arithmetic() {
        var generator = Seeded(seed: 2)
        for _ in 0..<2_000 {
            let (left, right) = (generator.next32(), generator.next32())
            #expect((IPv4Address(number: left) < IPv4Address(number: right)) == (left < right))
            #expect((IPv4Address(number: left) + 1).number == left &+ 1)
            #expect(IPv4Address(number: left) + -1 + 1 == IPv4Address(number: left))
        }
        #expect(IPv4Address(255, 255, 255, 255) + 1 == IPv4Address(0, 0, 0, 0))
    }

    @Test("random text never crashes, and what is accepted is written the same way")
    func fuzz() {
        var generator = Seeded(seed: 3)
        let alphabet = Array("0123456789./ -+x\u{0}é")
        for _ in 0..<5_000 {
            let text = String(
                (0..<Int.random(in: 0...18, using: &generator)).compactMap { _ in
                    alphabet.randomElement(using: &generator)
                })
            if let address = IPv4Address(text) { #expect(address.description == text) }
            if let block = CIDRBlock(text) { #expect(block.description == text) }
        }
    }

    @Test("what an Internet gateway refuses to carry")
    func privateUse() {
        let kept = [
            "10.0.0.0", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.7.7", "100.64.0.0", "100.127.0.1",
        ]
        let carried = [
            "9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "192.169.0.0", "100.63.9.9", "100.128.0.0",
        ]
        for text in kept { #expect(IPv4Address(text)?.isPrivateOrShared == true, "\(text)") }
        for text in carried { #expect(IPv4Address(text)?.isPrivateOrShared == false, "\(text)") }
    }
}

/// A small generator (SplitMix64) so that a failing case comes back with its seed.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func next32() -> UInt32 { UInt32(truncatingIfNeeded: next()) }
}
