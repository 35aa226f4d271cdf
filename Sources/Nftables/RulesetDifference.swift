public import KernelObjects

/// In what a namespace's nftables state differs from the planned table, and the batch that mends it.
///
/// Only what differs is touched: counters of the other rules go on counting, and connection tracking is not touched at
/// all. A base chain with another hook, a set of another type or a set of blocks whose blocks differ cannot be changed
/// in place; then the whole table is replaced, in one batch as well.
public struct RulesetDifference: Sendable {
    /// Rules of one chain between those that are as planned.
    struct ChainChange: Sendable {
        var chain: String
        var remove: [LiveRuleset.Rule]
        var add: [NftRule]
        /// The handle of the rule they go before; `nil` for the end of the chain.
        var position: UInt64?
    }

    struct SetChange: Sendable {
        var set: String
        var remove: [LiveRuleset.Element]
        var add: [NftSet.Element]
    }

    let table: NftTable
    /// The table is made or made anew.
    private(set) var replacesAll = false
    private(set) var foreignTables: [LiveRuleset.Table] = []
    private(set) var newChains: [NftChain] = []
    private(set) var oldChains: [String] = []
    private(set) var chainChanges: [ChainChange] = []
    private(set) var newSets: [NftSet] = []
    private(set) var oldSets: [String] = []
    private(set) var setChanges: [SetChange] = []
    /// For people.
    public private(set) var differences: [Difference] = []

    /// - Parameter keepsOthers: Tables of others stay: the namespace belongs to a user.
    public init(planned table: NftTable, live: LiveRuleset, keepsOthers: Bool = false) {
        self.table = table
        compareTables(live, keepsOthers: keepsOthers)
        guard live.tables.contains(where: \.isOurs) else {
            replacesAll = true
            differences.append(Difference(.add, "table", "ip \(NftTable.name)"))
            return
        }
        let wanted = LiveRuleset(table)
        compareChains(wanted, live)
        compareSets(wanted, live)
    }

    /// Where no rules are planned any more; `nil` if there are none of ours.
    public init?(leftOver live: LiveRuleset) {
        table = NftTable(sets: [], chains: [])
        foreignTables = live.tables.filter(\.isOurs)
        differences = foreignTables.map { Difference(.remove, "table", "\($0.familyName) \($0.name)") }
        if foreignTables.isEmpty { return nil }
    }

    public var isEmpty: Bool { differences.isEmpty }
    /// What keeps sets in step with the health of targets must do it again: they begin anew.
    public var renewsLiveSets: Bool { (replacesAll ? table.sets : newSets).contains(where: \.isLive) }

    /// In a namespace of the cloud's own nobody else's rules have a place.
    private mutating func compareTables(_ live: LiveRuleset, keepsOthers: Bool) {
        for found in live.tables where !found.onlyWatches {
            if !found.isOurs {
                if keepsOthers { continue }
                foreignTables.append(found)
                differences.append(Difference(.remove, "table", "\(found.familyName) \(found.name)"))
            } else if found.flags != 0 {
                replacesAll = true
                differences.append(
                    Difference(.change, "table", "ip \(NftTable.name)", was: "ip \(NftTable.name) flags \(found.flags)")
                )
            }
        }
    }

    private mutating func compareChains(_ wanted: LiveRuleset, _ live: LiveRuleset) {
        for chain in table.chains {
            guard let base = live.chains[chain.name] else {
                newChains.append(chain)
                differences.append(Difference(.add, "chain", chain.name))
                differences += chain.rules.map {
                    Difference(.add, "rule of chain \(chain.name)", $0.text, owner: $0.owner)
                }
                chainChanges.append(ChainChange(chain: chain.name, remove: [], add: chain.rules))
                continue
            }
            if base != wanted.chains[chain.name] {
                replacesAll = true
                differences.append(
                    Difference(
                        .change, "chain", "\(chain.name) as planned", was: "\(chain.name) with another hook or policy"))
            }
            compareRules(chain, wanted.rules[chain.name] ?? [], live.rules[chain.name] ?? [])
        }
        oldChains = live.chains.keys.filter { wanted.chains[$0] == nil }.sorted()
        differences += oldChains.map { Difference(.remove, "chain", $0) }
    }

    /// What is equal at both ends stays; the middle goes, and the planned middle comes.
    private mutating func compareRules(_ chain: NftChain, _ wanted: [LiveRuleset.Rule], _ live: [LiveRuleset.Rule]) {
        let start = zip(wanted, live).prefix { $0.isSame(as: $1) }.count
        let rest = min(wanted.count, live.count) - start
        let end = zip(wanted.reversed(), live.reversed()).prefix(rest).prefix { $0.isSame(as: $1) }.count
        let extra = Array(live[start..<live.count - end])
        let missing = Array(chain.rules[start..<chain.rules.count - end])
        guard !extra.isEmpty || !missing.isEmpty else { return }
        chainChanges.append(
            ChainChange(
                chain: chain.name, remove: extra, add: missing,
                position: end == 0 ? nil : live[live.count - end].handle))
        let noun = "rule of chain \(chain.name)"
        if extra.count == missing.count {
            differences += zip(missing, extra).map {
                Difference(.change, noun, $0.text, was: $1.text, owner: $0.owner)
            }
        } else {
            differences += extra.map { Difference(.remove, noun, $0.text) }
            differences += missing.map { Difference(.add, noun, $0.text, owner: $0.owner) }
        }
    }

    private mutating func compareSets(_ wanted: LiveRuleset, _ live: LiveRuleset) {
        for set in table.sets {
            let noun = set.data == nil ? "set" : "map"
            guard let shape = live.sets[set.name] else {
                newSets.append(set)
                differences.append(Difference(.add, noun, set.name))
                continue
            }
            if shape != wanted.sets[set.name] {
                replacesAll = true
                differences.append(
                    Difference(.change, noun, "\(set.name) as planned", was: "\(set.name) of another type"))
                continue
            }
            if set.isLive { continue }
            compareElements(set, wanted.elements[set.name] ?? [], live.elements[set.name] ?? [])
        }
        oldSets = live.sets.filter { wanted.sets[$0.key] == nil && !$0.value.isAnonymous }.keys.sorted()
        differences += oldSets.map { Difference(.remove, "set", $0) }
    }

    private mutating func compareElements(
        _ set: NftSet, _ wanted: Set<LiveRuleset.Element>, _ live: Set<LiveRuleset.Element>
    ) {
        guard wanted != live else { return }
        if set.isInterval {
            replacesAll = true
            let words = set.elements.map { $0.key.map(\.text).joined() }.joined(separator: ", ")
            differences.append(Difference(.change, "set", "\(set.name) { \(words) }", was: "\(set.name) with others"))
            return
        }
        let missing = wanted.subtracting(live)
        let extra = live.subtracting(wanted).sorted { $0.key.lexicographicallyPrecedes($1.key) }
        let keys = Set(missing.map(\.key))
        let add = set.elements.filter { keys.contains(IntervalElement($0).key) }
        setChanges.append(SetChange(set: set.name, remove: extra, add: add))
        let noun = "element of \(set.name)"
        differences += extra.filter { !keys.contains($0.key) }.map { Difference(.remove, noun, $0.text(set.key)) }
        let there = Dictionary(extra.map { ($0.key, $0) }) { first, _ in first }
        differences += add.map { element in
            let before = there[IntervalElement(element).key]
            return Difference(
                before == nil ? .add : .change, noun, element.text, was: before?.text(set.key))
        }
    }
}
