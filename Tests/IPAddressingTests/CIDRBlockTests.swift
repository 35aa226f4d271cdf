import IPAddressing
import Testing

@Suite("CIDR blocks")
struct CIDRBlockTests {
    @Test("reads a base and a prefix")
    func reads() throws {
        let block = try #require(CIDRBlock("10.0.0.0/16"))
        #expect(block.base == IPv4Address(10, 0, 0, 0))
        #expect(block.last == IPv4Address(10, 0, 255, 255))
        #expect(block.netmask == IPv4Address(255, 255, 0, 0))
        #expect(block.count == 65_536)
        #expect(block.description == "10.0.0.0/16")
    }

    @Test(
        "refuses host bits and nonsense",
        arguments: [
            "10.0.1.0/16", "0.0.0.1/0", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08", "/8", "",
            "10.0.0.0/8/8", "10.0.0/8", "10.0.0.0/ 8", "10.0.0.0/99999999999999999999",
        ])
    func refuses(text: String) {
        #expect(CIDRBlock(text) == nil)
    }

    @Test("the ends of the range")
    func extremes() {
        #expect(CIDRBlock.everywhere.count == 1 << 32)
        #expect(CIDRBlock.everywhere.last == IPv4Address(255, 255, 255, 255))
        #expect(CIDRBlock.everywhere.netmask == IPv4Address(0, 0, 0, 0))
        let one = CIDRBlock(IPv4Address(203, 0, 113, 11))
        #expect(one.description == "203.0.113.11/32")
        #expect(one.count == 1)
        #expect(one.base == one.last)
    }

    @Test("a random block holds its ends and nothing beyond them")
    func membership() {
        var generator = Seeded(seed: 4)
        for _ in 0..<2_000 {
            let inside = IPv4Address(number: generator.next32())
            let block = CIDRBlock(containing: inside, prefixLength: Int.random(in: 1...32, using: &generator))
            #expect(block.contains(inside) && block.contains(block.base) && block.contains(block.last))
            #expect(!block.contains(block.base + -1))
            #expect(!block.contains(block.last + 1))
            #expect(Int(block.last.number) - Int(block.base.number) + 1 == block.count)
            #expect(CIDRBlock(block.description) == block)
        }
    }

    @Test("two blocks nest or are disjoint, and overlapping is symmetric")
    func nesting() {
        var generator = Seeded(seed: 5)
        for _ in 0..<5_000 {
            // A few bits only, so that the blocks meet often.
            let blocks = (0..<2).map { _ in
                CIDRBlock(
                    containing: IPv4Address(number: generator.next32() & 0xFF00_0000),
                    prefixLength: Int.random(in: 0...10, using: &generator))
            }
            let (left, right) = (blocks[0], blocks[1])
            #expect(left.overlaps(right) == right.overlaps(left))
            #expect(left.overlaps(right) == (left.base <= right.last && right.base <= left.last))
            #expect(left.contains(right) == (left.contains(right.base) && left.contains(right.last)))
            if left.contains(right), right.contains(left) { #expect(left == right) }
        }
    }

    @Test("sorted blocks stand before what they contain")
    func order() {
        var generator = Seeded(seed: 6)
        let blocks = (0..<300).map { _ in
            CIDRBlock(
                containing: IPv4Address(number: generator.next32()),
                prefixLength: Int.random(in: 0...32, using: &generator))
        }.sorted()
        for (index, block) in blocks.enumerated() {
            for earlier in blocks[..<index] { #expect(block == earlier || !block.contains(earlier)) }
        }
    }
}

@Suite("MAC addresses")
struct MACAddressTests {
    @Test("are locally administered, unicast and made of their two numbers")
    func form() {
        let mac = MACAddress(realm: 1, host: 0x0A00_010A)
        #expect(mac.description == "0e:01:0a:00:01:0a")
        #expect(mac.bytes[0] & 0b11 == 0b10)
        #expect(mac == MACAddress(realm: 1, host: 0x0A00_010A))
        #expect(mac != MACAddress(realm: 2, host: 0x0A00_010A))
    }
}
