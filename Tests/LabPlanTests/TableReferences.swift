import KernelObjects

extension NftTable {
    /// Every chain that a rule or an element sends packets to.
    var calledChains: [String] {
        let verdicts =
            chains.flatMap { $0.rules.flatMap(\.statements) }.compactMap(\.verdict)
            + sets.flatMap(\.elements).compactMap { if case .verdict(let verdict) = $0.data { verdict } else { nil } }
        return verdicts.compactMap(\.chain)
    }

    /// Whether a packet in one chain can come (again) to another.
    func isReachable(_ goal: String, from start: String) -> Bool {
        var seen: Set<String> = []
        var open = [start]
        while let name = open.popLast() {
            for next in callees(of: name) where seen.insert(next).inserted { open.append(next) }
        }
        return seen.contains(goal)
    }

    private func callees(of name: String) -> [String] {
        let statements = chains.first { $0.name == name }?.rules.flatMap(\.statements) ?? []
        let maps = statements.compactMap { if case .verdictMap(_, let map) = $0 { set(map) } else { nil } }
        let elements = maps.flatMap(\.elements).compactMap {
            if case .verdict(let verdict) = $0.data { verdict } else { nil }
        }
        return (statements.compactMap(\.verdict) + elements).compactMap(\.chain)
    }
}

extension NftVerdict {
    var chain: String? {
        switch self {
        case .jump(let chain), .goto(let chain): chain
        case .accept, .drop, .return: nil
        }
    }
}

extension NftStatement {
    var verdict: NftVerdict? { if case .verdict(let verdict) = self { verdict } else { nil } }

    /// The set or map it looks into.
    var setName: String? {
        switch self {
        case .inSet(_, let name, _), .verdictMap(_, let name), .translate(_, let name), .translateEmbedded(_, let name),
            .translateTTL(let name):
            name
        default: nil
        }
    }

    /// Key and value of the set are what the statement puts in and takes out.
    func fits(_ set: NftSet) -> Bool {
        switch self {
        case .inSet(let fields, _, _): set.key == fields.map(\.kind) && set.data == nil
        case .verdictMap(let fields, _): set.key == fields.map(\.kind) && set.data == .verdict
        case .translate, .translateEmbedded: set.key == [.address] && set.data == .value(.address)
        case .translateTTL: set.key == [.timeToLive] && set.data == .value(.timeToLive)
        default: true
        }
    }
}

extension NftSet.Value {
    var kind: NftSet.Kind {
        switch self {
        case .interface: .interface
        case .address, .block: .address
        case .mark: .mark
        case .timeToLive: .timeToLive
        case .icmpType: .icmpType
        case .connectionDirection: .connectionDirection
        }
    }
}
