import IPAddressing
import KernelObjects
import Testing

@testable import Nftables

/// What we write and what the kernel then lists must be the same to us: captured on Linux 6.18.
@Suite("Comparing rules with the kernel's lists")
struct NftComparisonTests {
    /// `NFT_MSG_NEWRULE` of the nftables subsystem.
    private static let newRule: UInt16 = 10 << 8 | 6

    private func listed(_ hex: String) throws -> LiveRuleset.Rule {
        var live = LiveRuleset()
        let digits = Array(hex.filter { !$0.isWhitespace })
        let bytes = try stride(from: 0, to: digits.count, by: 2).map { index in
            try #require(UInt8(String(digits[index...index + 1]), radix: 16))
        }
        bytes.withUnsafeBytes { live.read(Self.newRule, $0) }
        return try #require(live.rules["input"]?.first)
    }

    private func planned(_ statements: [NftStatement], _ owner: String) throws -> LiveRuleset.Rule {
        let table = NftTable(chains: [NftChain("input", rules: [NftRule(statements, owner: owner)])])
        return try #require(LiveRuleset(table).rules["input"]?.first)
    }

    @Test("a match on an address, a counter and a drop")
    func drop() throws {
        let block = CIDRBlock(IPv4Address(127, 0, 0, 9))
        let rule = try planned([.address(.source, block), .counter, .verdict(.drop)], "igw: no public address")
        #expect(try rule.isSame(as: listed(NftReadingTests.dropRule)))
        let other = try planned(
            [.address(.source, block), .counter, .verdict(.accept)], "igw: no public address")
        #expect(try !other.isSame(as: listed(NftReadingTests.dropRule)))
    }

    @Test("a protocol, a counter that has counted, and a reset, whose ICMP code the kernel does not list")
    func reset() throws {
        let rule = try planned([.ipProtocol(6), .counter, .reset], "nat nat-a: unknown flow")
        #expect(try rule.isSame(as: listed(NftReadingTests.resetRule)))
    }

    @Test("the handle is the kernel's")
    func handle() throws { #expect(try listed(NftReadingTests.acceptRule).handle == 5) }
}
