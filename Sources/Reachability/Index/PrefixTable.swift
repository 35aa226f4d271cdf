import IPAddressing

/// Longest prefix first; among equals, the lower rank first.
///
/// One dictionary for each prefix length that occurs: a look-up costs as many hashes as there are lengths, however many
/// routes a table has.
struct PrefixTable: Sendable {
    private struct Level: Sendable {
        let length: Int
        let mask: UInt32
        /// Base address to the entries of that block, best first.
        var entries: [UInt32: [Int]]
    }

    private var levels: [Level] = []

    /// - Parameter blocks: each with its rank; the position in the array is what look-ups give back.
    init(_ blocks: [(block: CIDRBlock, rank: Int)]) {
        for (length, members) in Dictionary(grouping: blocks.indices, by: { blocks[$0].block.prefixLength }) {
            let byBase = Dictionary(grouping: members) { blocks[$0].block.base.number }
            let sorted = byBase.mapValues { $0.sorted { (blocks[$0].rank, $0) < (blocks[$1].rank, $1) } }
            levels.append(
                Level(length: length, mask: length == 0 ? 0 : ~UInt32(0) << (32 - length), entries: sorted))
        }
        levels.sort { $0.length > $1.length }
    }

    /// The entry that wins; `nil` if none matches.
    func best(_ address: IPv4Address) -> Int? {
        for level in levels {
            if let found = level.entries[address.number & level.mask] { return found[0] }
        }
        return nil
    }

    /// All entries that match, the winner first.
    func all(_ address: IPv4Address) -> [Int] {
        levels.flatMap { $0.entries[address.number & $0.mask] ?? [] }
    }
}
