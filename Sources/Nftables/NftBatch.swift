import CLibMNL
import Glibc
import IPAddressing
public import KernelObjects
import LinuxSystem
public import Netlink

/// nftables messages between BATCH_BEGIN and BATCH_END: all of them take effect, or none.
///
/// Equivalent to one `nft -f FILE`.
public struct NftBatch: Sendable {
    public private(set) var messages = NetlinkBatch()
    private var writer = MessageWriter()
    private let tableName: String
    private let isOwned: Bool

    /// - Parameters:
    ///   - tableName: Another table than the plan's, for what only looks on.
    ///   - isOwned: The table belongs to the socket that sends the batch: nobody else can change it, and the kernel
    ///     takes it away when that socket closes, however its process ends.
    public init(table tableName: String = NftTable.name, isOwned: Bool = false) {
        self.tableName = tableName
        self.isOwned = isOwned
    }

    /// Makes the namespace's table; with `replacing`, what was in it before goes away in the same breath.
    public mutating func add(_ table: NftTable, replacing: Bool = false) {
        add(table, replacing: replacing, without: [])
    }

    /// - Parameter others: Tables that go in the same breath.
    mutating func add(_ table: NftTable, replacing: Bool, without others: [LiveRuleset.Table]) {
        let tableName = tableName
        mark(NFNL_MSG_BATCH_BEGIN, "begin")
        others.forEach { delete($0) }
        if replacing {
            // Adding first makes the delete succeed whether the table was there or not, as `nft` scripts do.
            addTable()
            put(NFT_MSG_DELTABLE, 0, "nft delete table ip \(tableName)", "") {
                $0.put(NFTA_TABLE_NAME, tableName)
            }
        }
        addTable()
        // Chains before elements: a verdict map may send packets to any of them.
        for chain in table.chains { add(chain) }
        for (index, set) in table.sets.enumerated() { add(set, id: UInt32(index + 1)) }
        for (index, set) in table.sets.enumerated() { addElements(of: set, id: UInt32(index + 1)) }
        let ids = Dictionary(uniqueKeysWithValues: table.sets.enumerated().map { ($1.name, UInt32($0 + 1)) })
        addRules(of: table.chains, sets: ids)
        mark(NFNL_MSG_BATCH_END, "commit")
    }

    /// So many rules are worth a second thread: a tenth of a second for 10,000 would be waited for otherwise.
    private static let manyRules = 2000

    private mutating func addRules(of chains: [NftChain], sets: [String: UInt32]) {
        let count = chains.reduce(0) { $0 + $1.rules.count }
        guard count >= Self.manyRules, chains.count > 1 else {
            for chain in chains {
                for rule in chain.rules { add(rule, to: chain.name, sets: sets) }
            }
            return
        }
        let middle = chains.count / 2
        let halves = [chains[..<middle], chains[middle...]].map { half in
            { @Sendable [tableName, isOwned] in
                var batch = NftBatch(table: tableName, isOwned: isOwned)
                for chain in half {
                    for rule in chain.rules { batch.add(rule, to: chain.name, sets: sets) }
                }
                return batch.messages
            }
        }
        for half in inParallel(halves, threads: 2, name: "netlab-rules") {
            guard case .success(let written) = half else { preconditionFailure("writing throws nothing") }
            messages.append(written)
        }
    }

    mutating func mark(_ type: Int32, _ word: String) {
        writer.begin(type: UInt16(type), flags: 0, family: UInt8(AF_UNSPEC), resource: UInt16(NFNL_SUBSYS_NFTABLES))
        writer.end(into: &messages, operation: "nft batch \(word)", subject: "")
    }

    mutating func put(
        _ type: nf_tables_msg_types, _ flags: Int32, _ operation: @autoclosure @escaping @Sendable () -> String,
        _ subject: String, family: UInt8 = UInt8(NFPROTO_IPV4), _ body: (inout MessageWriter) -> Void
    ) {
        let number = UInt16(NFNL_SUBSYS_NFTABLES) << 8 | UInt16(type.rawValue)
        writer.begin(type: number, flags: UInt16(flags), family: family, resource: 0)
        body(&writer)
        writer.end(into: &messages, operation: operation(), subject: subject)
    }

    mutating func addTable() {
        let tableName = tableName
        put(NFT_MSG_NEWTABLE, NLM_F_CREATE, "nft add table ip \(tableName)", "") { [isOwned] in
            $0.put(NFTA_TABLE_NAME, tableName)
            if isOwned { $0.put(NFTA_TABLE_FLAGS, NFT_TABLE_F_OWNER.rawValue) }
        }
    }

    mutating func add(_ chain: NftChain) {
        let tableName = tableName
        put(NFT_MSG_NEWCHAIN, NLM_F_CREATE, "nft add chain ip \(tableName) \(chain.name)", "chain \(chain.name)") {
            $0.put(NFTA_CHAIN_TABLE, tableName)
            $0.put(NFTA_CHAIN_NAME, chain.name)
            guard let base = chain.base else { return }
            $0.nest(NFTA_CHAIN_HOOK) {
                $0.put(NFTA_HOOK_HOOKNUM, base.hook.number)
                $0.put(NFTA_HOOK_PRIORITY, UInt32(bitPattern: base.priority))
            }
            $0.put(NFTA_CHAIN_POLICY, UInt32(base.policy == .accept ? NF_ACCEPT : NF_DROP))
            $0.put(NFTA_CHAIN_TYPE, base.kind.rawValue)
        }
    }

    /// - Parameter position: The rule before which it goes; at the end of the chain without one.
    mutating func add(_ rule: NftRule, to chain: String, sets: [String: UInt32], before position: UInt64? = nil) {
        let tableName = tableName
        put(
            NFT_MSG_NEWRULE, NLM_F_CREATE | (position == nil ? NLM_F_APPEND : 0),
            "nft add rule ip \(tableName) \(chain) \(rule.text)", rule.owner.isEmpty ? "chain \(chain)" : rule.owner
        ) {
            $0.put(NFTA_RULE_TABLE, tableName)
            $0.put(NFTA_RULE_CHAIN, chain)
            if let position { $0.put(NFTA_RULE_POSITION, position.wire) }
            $0.nest(NFTA_RULE_EXPRESSIONS) { message in
                for statement in rule.statements {
                    ExpressionWriter.write(statement, to: &message) { sets[$0] ?? 0 }
                }
            }
            if !rule.owner.isEmpty { $0.put(NFTA_RULE_USERDATA, RuleComment.encode(rule.owner)) }
        }
    }
}

extension NftChain.Base.Hook {
    /// `enum nf_inet_hooks`.
    var number: UInt32 {
        switch self {
        case .prerouting: NF_INET_PRE_ROUTING.rawValue
        case .input: NF_INET_LOCAL_IN.rawValue
        case .forward: NF_INET_FORWARD.rawValue
        case .output: NF_INET_LOCAL_OUT.rawValue
        case .postrouting: NF_INET_POST_ROUTING.rawValue
        }
    }
}

// Sets and their elements.
extension NftBatch {
    mutating func add(_ set: NftSet, id: UInt32) {
        let tableName = tableName
        let noun = set.data == nil ? "set" : "map"
        put(NFT_MSG_NEWSET, NLM_F_CREATE, "nft add \(noun) ip \(tableName) \(set.name)", "\(noun) \(set.name)") {
            var flags: UInt32 = 0
            if set.isInterval { flags |= NFT_SET_INTERVAL.rawValue }
            if set.data != nil { flags |= NFT_SET_MAP.rawValue }
            $0.put(NFTA_SET_TABLE, tableName)
            $0.put(NFTA_SET_NAME, set.name)
            $0.put(NFTA_SET_FLAGS, flags)
            // nft's own type numbers, six bits each when concatenated; the kernel only keeps them for listings.
            $0.put(NFTA_SET_KEY_TYPE, set.key.reduce(0) { $0 << 6 | $1.nftType })
            $0.put(NFTA_SET_KEY_LEN, UInt32(set.key.reduce(0) { $0 + $1.paddedLength(alone: set.key.count == 1) }))
            switch set.data {
            case .verdict:
                $0.put(NFTA_SET_DATA_TYPE, UInt32(NFT_DATA_VERDICT.rawValue))
                $0.put(NFTA_SET_DATA_LEN, 0)
            case .value(let kind):
                $0.put(NFTA_SET_DATA_TYPE, kind.nftType)
                $0.put(NFTA_SET_DATA_LEN, UInt32(kind.length))
            // An address and a port: ipv4_addr . inet_service, each part padded to four bytes.
            case .flowTarget:
                $0.put(NFTA_SET_DATA_TYPE, NftSet.Kind.address.nftType << 6 | NftSet.Kind.port.nftType)
                $0.put(NFTA_SET_DATA_LEN, 8)
            case nil: break
            }
            $0.put(NFTA_SET_ID, id)
            $0.put(NFTA_SET_USERDATA, SetUserData.encode(set))
        }
    }

    private mutating func addElements(of set: NftSet, id: UInt32?) {
        let elements = set.isInterval ? IntervalElement.all(of: set) : set.elements.map { IntervalElement($0) }
        add(elements, to: set.name, id: id)
    }

    mutating func add(_ elements: [IntervalElement], to set: String, id: UInt32?) {
        let tableName = tableName
        // A nested attribute holds 64 KB at most; 1,000 elements of our largest kind stay well below.
        var start = 0
        while start < elements.count {
            let part = elements[start..<min(start + 500, elements.count)]
            start += part.count
            let operation = "nft add element ip \(tableName) \(set)"
            put(NFT_MSG_NEWSETELEM, NLM_F_CREATE, operation, set) {
                $0.put(NFTA_SET_ELEM_LIST_TABLE, tableName)
                $0.put(NFTA_SET_ELEM_LIST_SET, set)
                if let id { $0.put(NFTA_SET_ELEM_LIST_SET_ID, id) }
                $0.nest(NFTA_SET_ELEM_LIST_ELEMENTS) { message in
                    for element in part { element.write(to: &message) }
                }
            }
        }
    }
}

// Changing what a running table's sets hold.
extension NftBatch {
    /// Gives each of these sets of a table that exists exactly its elements, all in one breath.
    ///
    /// Equivalent to `nft flush set …` and `nft add element …` for each, in one file.
    public mutating func replaceElements(of sets: [NftSet]) {
        let tableName = tableName
        mark(NFNL_MSG_BATCH_BEGIN, "begin")
        for set in sets {
            put(NFT_MSG_DELSETELEM, 0, "nft flush set ip \(tableName) \(set.name)", set.name) {
                $0.put(NFTA_SET_ELEM_LIST_TABLE, tableName)
                $0.put(NFTA_SET_ELEM_LIST_SET, set.name)
            }
            addElements(of: set, id: nil)
        }
        mark(NFNL_MSG_BATCH_END, "commit")
    }
}
