import SeededRandom
import Testing

@testable import Netlink

@Suite("Reading netlink: headers and attributes")
struct NetlinkReadingTests {
    @Test("a header is sixteen bytes in the host's order")
    func header() throws {
        let message = bytes("14000000 0200 0003 07000000 2a000000 00000000")
        let header = try #require(message.withUnsafeBytes { NetlinkHeader($0, at: 0) })
        #expect(header.length == 20)
        #expect(header.type == 2)
        #expect(header.flags == 0x300)
        #expect(header.sequence == 7)
        #expect(header.port == 42)
    }

    @Test("a header is refused unless the whole message is there")
    func shortHeader() {
        let message = bytes("14000000 0200 0003 07000000 2a000000 00000000")
        for count in 0..<20 {
            #expect(message.prefix(count).withUnsafeBytes { NetlinkHeader($0, at: 0) } == nil)
        }
        message.withUnsafeBytes {
            #expect(NetlinkHeader($0, at: 1) == nil)
            #expect(NetlinkHeader($0, at: 20) == nil)
            #expect(NetlinkHeader($0, at: 400) == nil)
            #expect(NetlinkHeader($0, at: -4) == nil)
        }
        let small = bytes("0f000000 0200 0003 07000000 2a000000 00000000")
        #expect(small.withUnsafeBytes { NetlinkHeader($0, at: 0) } == nil, "shorter than a header")
        let huge = bytes("ffffffff 0200 0003 07000000 2a000000 00000000")
        #expect(huge.withUnsafeBytes { NetlinkHeader($0, at: 0) } == nil)
    }

    private func read(_ digits: String) -> [String] {
        bytes(digits).withUnsafeBytes { NetlinkAttributes($0).map { "\($0.type):\($0.payload.count)" } }
    }

    @Test("attributes: length, type, payload, padding")
    func attributes() {
        #expect(read("") == [])
        #expect(read("0400 0100") == ["1:0"])
        #expect(read("0500 0100 61000000  0800 0280 00000001") == ["1:1", "2:4"])
        #expect(read("0800 0340 00000001") == ["3:4"], "byte-order bit")
    }

    @Test("reading stops at the first thing that is broken")
    func broken() {
        #expect(read("0400") == [])
        #expect(read("0300 0100 0400 0200") == [], "shorter than itself")
        #expect(read("0000 0000 0400 0200") == [], "no end in sight")
        #expect(read("0400 0100 0900 0200 00000000") == ["1:0"], "longer than what is left")
        #expect(read("0500 0100 61") == ["1:1"], "the padding of the last one may be missing")
    }

    @Test("text ends at its NUL, numbers need their bytes")
    func values() {
        bytes("6170700062").withUnsafeBytes { #expect($0.text == "app") }
        bytes("617070").withUnsafeBytes { #expect($0.text == "app") }
        bytes("").withUnsafeBytes { #expect($0.text == "") }
        bytes("0102030405060708").withUnsafeBytes {
            #expect($0.bigEndian16 == 0x0102)
            #expect($0.bigEndian32 == 0x0102_0304)
            #expect($0.bigEndian64 == 0x0102_0304_0506_0708)
        }
        bytes("01").withUnsafeBytes {
            #expect($0.bigEndian16 == nil)
            #expect($0.bigEndian32 == nil)
            #expect($0.bigEndian64 == nil)
        }
    }

    @Test("random bytes are read to their end, never beyond", arguments: [1, 2, 3] as [UInt64])
    func random(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            let noise = generator.bytes(upTo: 120)
            noise.withUnsafeBytes { raw in
                var total = 0
                for attribute in NetlinkAttributes(raw) {
                    total += attribute.payload.count + 4
                    _ = attribute.payload.text
                }
                #expect(total <= raw.count)
                _ = NetlinkHeader(raw, at: 0)
            }
        }
    }
}

extension SeededGenerator {
    /// Noise with small numbers in it more often than chance would have it, so that lengths look likely.
    mutating func bytes(upTo count: Int) -> [UInt8] {
        (0..<Int.random(in: 0...count, using: &self)).map { _ in
            UInt8.random(in: Bool.random(using: &self) ? 0...24 : 0...255, using: &self)
        }
    }
}
