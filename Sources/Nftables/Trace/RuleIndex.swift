import CLibMNL
import Glibc
public import KernelObjects
public import Netlink

/// A rule as the kernel holds it.
public struct IndexedRule: Hashable, Sendable {
    /// The kernel's number for it, which trace events name.
    public let handle: UInt64
    public let chain: String
    /// Its comment: whose rule it is; empty where it has none.
    public let owner: String
    /// Its place in its chain, from 0.
    public let position: Int
    /// The plan's own rule, where the chain is still as planned.
    public let planned: NftRule?
}

/// The rules of the plan's table in one namespace, by the kernel's handles. Equivalent to `nft -a list table ip netlab`.
public struct RuleIndex: Sendable {
    private let rules: [UInt64: IndexedRule]

    public init(_ rules: [IndexedRule]) {
        self.rules = Dictionary(rules.map { ($0.handle, $0) }) { first, _ in first }
    }

    /// Reads the rules and lays the plan's beside them.
    public init(_ socket: NetlinkSocket, plan: NftTable?) throws {
        self.init(Self.index(try socket.dump(.listRules) { _, body in Self.parse(body) }, plan: plan))
    }

    public subscript(handle: UInt64) -> IndexedRule? { rules[handle] }

    /// What the kernel says of one rule.
    struct Entry: Hashable {
        let handle: UInt64
        let chain: String
        let owner: String
    }

    /// Rules come in the order of their chains.
    static func index(_ entries: [Entry], plan: NftTable?) -> [IndexedRule] {
        var counts: [String: Int] = [:]
        for entry in entries { counts[entry.chain, default: 0] += 1 }
        var positions: [String: Int] = [:]
        return entries.map { entry in
            let position = positions[entry.chain, default: 0]
            positions[entry.chain] = position + 1
            let chain = plan?.chains.first { $0.name == entry.chain }
            let rule = chain?.rules.count == counts[entry.chain] ? chain?.rules[position] : nil
            return IndexedRule(
                handle: entry.handle, chain: entry.chain, owner: entry.owner, position: position,
                planned: rule?.owner == entry.owner ? rule : nil)
        }
    }

    static func parse(_ body: UnsafeRawBufferPointer) -> Entry? {
        guard body.count >= MemoryLayout<nfgenmsg>.size else { return nil }
        let attributes = NetlinkAttributes(UnsafeRawBufferPointer(rebasing: body[MemoryLayout<nfgenmsg>.size...]))
        guard let handle = attributes[Int(NFTA_RULE_HANDLE.rawValue)]?.bigEndian64,
            let chain = attributes[Int(NFTA_RULE_CHAIN.rawValue)]?.text
        else { return nil }
        let owner = attributes[Int(NFTA_RULE_USERDATA.rawValue)].flatMap(RuleComment.decode) ?? ""
        return Entry(handle: handle, chain: chain, owner: owner)
    }
}
