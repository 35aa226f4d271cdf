import CloudModel
import IPAddressing

/// The rules of all security groups of an interface, merged; interfaces with the same groups share one.
struct RuleSet: Sendable {
    /// Who may be at the other end.
    enum Peer: Hashable, Sendable {
        case block(base: UInt32, mask: UInt32)
        /// A group by its number, in that VPC.
        case group(Int, vpc: Int)
        /// A group that the VPC cannot reference: of a VPC that is not peered, or of nobody.
        case outside(Int?)
    }

    struct Rule: Sendable {
        let traffic: Traffic
        let peer: Peer
        /// Number of the group, and the rule's place in it.
        let group: Int
        let position: Int
    }

    let groups: [Int]
    let ingress: [Rule]
    let egress: [Rule]

    func rules(egress isEgress: Bool) -> [Rule] { isEgress ? egress : ingress }
}

/// Membership in groups: one bit for each group of the lab.
struct GroupBits: Hashable, Sendable {
    private var words: [UInt64]

    init(_ groups: [Int], of count: Int) {
        words = Array(repeating: 0, count: (count + 63) / 64)
        for group in groups { words[group / 64] |= 1 << UInt64(group % 64) }
    }

    func contains(_ group: Int) -> Bool { words[group / 64] & 1 << UInt64(group % 64) != 0 }
}
