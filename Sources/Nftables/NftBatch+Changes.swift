import CLibMNL
public import KernelObjects

// What changes a table that is in use: one batch, so that packets see the rules before or those after, never between.
extension NftBatch {
    /// The whole of a difference. Equivalent to one `nft -f` of `add`, `insert` and `delete` lines.
    public mutating func apply(_ difference: RulesetDifference) {
        if difference.isEmpty { return }
        if difference.replacesAll {
            add(difference.table, replacing: true, without: difference.foreignTables)
            return
        }
        mark(NFNL_MSG_BATCH_BEGIN, "begin")
        difference.foreignTables.forEach { delete($0) }
        // Chains before elements and rules that lead to them; sets before rules that look into them.
        difference.newChains.forEach { add($0) }
        let ids = Dictionary(uniqueKeysWithValues: difference.newSets.enumerated().map { ($1.name, UInt32($0 + 1)) })
        for set in difference.newSets { add(set, id: ids[set.name] ?? 0) }
        // Rules first, so that nothing refers to what goes.
        for chain in difference.oldChains { deleteRules(of: chain) }
        for change in difference.chainChanges { change.remove.forEach { delete($0) } }
        for change in difference.setChanges where !change.remove.isEmpty { delete(change.remove, from: change.set) }
        for set in difference.newSets {
            add(
                set.isInterval ? IntervalElement.all(of: set) : set.elements.map { IntervalElement($0) }, to: set.name,
                id: ids[set.name] ?? 0)
        }
        for change in difference.setChanges {
            add(change.add.map { IntervalElement($0) }, to: change.set, id: 0)
        }
        for change in difference.chainChanges {
            for rule in change.add { add(rule, to: change.chain, sets: ids, before: change.position) }
        }
        difference.oldSets.forEach { deleteSet($0) }
        difference.oldChains.forEach { deleteChain($0) }
        mark(NFNL_MSG_BATCH_END, "commit")
    }

    /// What one plan of a table has more or less than another, in chains and sets of their own: for what comes and goes
    /// while the rest stays, drifted or not. `nil` is no table.
    public mutating func change(from old: NftTable?, to new: NftTable?) {
        switch (old, new) {
        case (nil, nil): return
        case (nil, let new?): add(new)
        case (_?, nil):
            mark(NFNL_MSG_BATCH_BEGIN, "begin")
            delete(LiveRuleset.Table(family: UInt8(NFPROTO_IPV4), name: NftTable.name, flags: 0))
            mark(NFNL_MSG_BATCH_END, "commit")
        case (let old?, let new?): apply(RulesetDifference(planned: new, live: LiveRuleset(old)))
        }
    }

    mutating func delete(_ table: LiveRuleset.Table) {
        put(NFT_MSG_DELTABLE, 0, "nft delete table \(table.familyName) \(table.name)", "", family: table.family) {
            $0.put(NFTA_TABLE_NAME, table.name)
        }
    }

    private mutating func delete(_ rule: LiveRuleset.Rule) {
        let operation = "nft delete rule ip \(NftTable.name) \(rule.chain) handle \(rule.handle)"
        put(NFT_MSG_DELRULE, 0, operation, "chain \(rule.chain)") {
            $0.put(NFTA_RULE_TABLE, NftTable.name)
            $0.put(NFTA_RULE_CHAIN, rule.chain)
            $0.put(NFTA_RULE_HANDLE, rule.handle.wire)
        }
    }

    private mutating func deleteRules(of chain: String) {
        put(NFT_MSG_DELRULE, 0, "nft flush chain ip \(NftTable.name) \(chain)", "chain \(chain)") {
            $0.put(NFTA_RULE_TABLE, NftTable.name)
            $0.put(NFTA_RULE_CHAIN, chain)
        }
    }

    private mutating func deleteChain(_ chain: String) {
        put(NFT_MSG_DELCHAIN, 0, "nft delete chain ip \(NftTable.name) \(chain)", "chain \(chain)") {
            $0.put(NFTA_CHAIN_TABLE, NftTable.name)
            $0.put(NFTA_CHAIN_NAME, chain)
        }
    }

    private mutating func deleteSet(_ set: String) {
        put(NFT_MSG_DELSET, 0, "nft delete set ip \(NftTable.name) \(set)", "set \(set)") {
            $0.put(NFTA_SET_TABLE, NftTable.name)
            $0.put(NFTA_SET_NAME, set)
        }
    }

    private mutating func delete(_ elements: [LiveRuleset.Element], from set: String) {
        // As few as `add` puts into one message.
        for start in stride(from: 0, to: elements.count, by: 500) {
            put(NFT_MSG_DELSETELEM, 0, "nft delete element ip \(NftTable.name) \(set)", "set \(set)") {
                $0.put(NFTA_SET_ELEM_LIST_TABLE, NftTable.name)
                $0.put(NFTA_SET_ELEM_LIST_SET, set)
                $0.nest(NFTA_SET_ELEM_LIST_ELEMENTS) { message in
                    for element in elements[start..<min(start + 500, elements.count)] {
                        message.nest(NFTA_LIST_ELEM) {
                            $0.nest(NFTA_SET_ELEM_KEY) { $0.put(NFTA_DATA_VALUE, element.key) }
                        }
                    }
                }
            }
        }
    }
}
