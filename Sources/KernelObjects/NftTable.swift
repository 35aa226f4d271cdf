/// One nftables table with all a namespace needs; it is replaced as a whole, in one batch.
///
/// Family `ip`, name `netlab`.
public struct NftTable: Hashable, Sendable {
    public var sets: [NftSet]
    public var chains: [NftChain]

    public init(sets: [NftSet] = [], chains: [NftChain] = []) {
        self.sets = sets
        self.chains = chains
    }

    /// The table's name in every namespace.
    public static let name = "netlab"

    public func set(_ name: String) -> NftSet? { sets.first { $0.name == name } }
}

/// A chain: hooked into the packet path, or called by others.
public struct NftChain: Hashable, Sendable {
    /// Where a base chain is hooked in.
    public struct Base: Hashable, Sendable {
        public enum Kind: String, Hashable, Sendable { case filter, nat }
        public enum Hook: String, Hashable, Sendable { case prerouting, input, forward, output, postrouting }
        public enum Policy: String, Hashable, Sendable { case accept, drop }

        public var kind: Kind
        public var hook: Hook
        /// -300 is `raw`, -200 connection tracking, -100 `dstnat`, 0 `filter`, 100 `srcnat`.
        public var priority: Int32
        public var policy: Policy

        public init(_ kind: Kind = .filter, _ hook: Hook, priority: Int32, policy: Policy = .accept) {
            self.kind = kind
            self.hook = hook
            self.priority = priority
            self.policy = policy
        }
    }

    public var name: String
    public var base: Base?
    public var rules: [NftRule]

    public init(_ name: String, base: Base? = nil, rules: [NftRule] = []) {
        self.name = name
        self.base = base
        self.rules = rules
    }
}

/// A rule: statements from left to right, and whose rule it is.
public struct NftRule: Hashable, Sendable {
    public var statements: [NftStatement]
    /// Goes into the rule's comment; at most `ownerLimit` bytes. Names the object of the user's file.
    public var owner: String
    /// With its NUL that makes the 128 bytes of a comment.
    public static let ownerLimit = 127

    public init(_ statements: [NftStatement], owner: String = "") {
        self.statements = statements
        self.owner = owner
    }

    /// The rule as `nft` reads it.
    public var text: String {
        let words = statements.map(\.text).joined(separator: " ")
        return owner.isEmpty ? words : "\(words) comment \"\(owner)\""
    }
}
