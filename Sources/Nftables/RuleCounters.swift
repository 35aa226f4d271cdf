import CLibMNL
import Glibc
import KernelObjects
public import Netlink

/// What a rule with a counter has seen.
public struct RuleCounter: Hashable, Sendable {
    /// The rule's comment: whose rule it is.
    public let owner: String
    public let chain: String
    /// The rule ends in `drop` (or in a reset).
    public let drops: Bool
    public let packets: UInt64
    public let bytes: UInt64

    /// What something else than a rule counts, as a rule would.
    public init(owner: String, chain: String = "", drops: Bool, packets: UInt64, bytes: UInt64 = 0) {
        self.owner = owner
        self.chain = chain
        self.drops = drops
        self.packets = packets
        self.bytes = bytes
    }
}

/// Reads the counters of a namespace's rules. Equivalent to `nft list table ip netlab`.
public enum RuleCounters {
    /// All rules that have an owner and a counter, in the order of their chains.
    public static func read(_ socket: NetlinkSocket) throws -> [RuleCounter] {
        try socket.dump(.listRules) { _, body in parse(body) }
    }

    static func parse(_ body: UnsafeRawBufferPointer) -> RuleCounter? {
        guard body.count >= MemoryLayout<nfgenmsg>.size else { return nil }
        return parse(NetlinkAttributes(UnsafeRawBufferPointer(rebasing: body[MemoryLayout<nfgenmsg>.size...])))
    }

    /// `nil` for a rule that nobody owns, or that does not count.
    static func parse(_ attributes: NetlinkAttributes) -> RuleCounter? {
        guard let comment = attributes[Int(NFTA_RULE_USERDATA.rawValue)].flatMap(RuleComment.decode),
            let expressions = attributes[Int(NFTA_RULE_EXPRESSIONS.rawValue)]
        else { return nil }
        var counter: (packets: UInt64, bytes: UInt64)?
        var drops = false
        for element in NetlinkAttributes(expressions) {
            let expression = NetlinkAttributes(element.payload)
            let data = expression[Int(NFTA_EXPR_DATA.rawValue)].map(NetlinkAttributes.init)
            switch expression[Int(NFTA_EXPR_NAME.rawValue)]?.text {
            case "counter":
                counter = (
                    data?[Int(NFTA_COUNTER_PACKETS.rawValue)]?.bigEndian64 ?? 0,
                    data?[Int(NFTA_COUNTER_BYTES.rawValue)]?.bigEndian64 ?? 0
                )
            case "immediate": drops = drops || isDrop(data)
            case "reject": drops = true
            default: break
            }
        }
        guard let counter else { return nil }
        let chain = attributes[Int(NFTA_RULE_CHAIN.rawValue)]?.text ?? ""
        return RuleCounter(
            owner: comment, chain: chain, drops: drops, packets: counter.packets, bytes: counter.bytes)
    }

    private static func isDrop(_ data: NetlinkAttributes?) -> Bool {
        let value = data?[Int(NFTA_IMMEDIATE_DATA.rawValue)].map(NetlinkAttributes.init)
        let verdict = value?[Int(NFTA_DATA_VERDICT.rawValue)].map(NetlinkAttributes.init)
        return verdict?[Int(NFTA_VERDICT_CODE.rawValue)]?.bigEndian32 == UInt32(NF_DROP)
    }
}
