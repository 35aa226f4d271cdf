import CloudModel

/// What several answers say of one thing: two accounts see one transit gateway, one list comes in pages, two looks were
/// taken at different times. Together they are one record that knows what any of them says.
struct Descriptions {
    /// In the order of the files.
    let all: [Record]
    let noun: Noun

    /// One record. Where two say different things the fuller one that comes first counts, and the other is named.
    func joined() -> Record {
        let first = all[0]
        let members = join(all.map { (record: $0, members: $0.members) }, below: "")
        return Record(members: members, origin: first.origin, path: first.path, file: first.file, ledger: first.ledger)
    }

    private typealias Said = (record: Record, value: JSONValue)

    private func join(_ objects: [(record: Record, members: [JSONValue.Member])], below path: String)
        -> [JSONValue.Member]
    {
        var order: [String] = []
        var said: [String: [Said]] = [:]
        for (record, members) in objects {
            // Of two members with one key the later counts.
            var values: [String: JSONValue] = [:]
            for member in members {
                if values.updateValue(member.value, forKey: member.key) == nil, said[member.key] == nil {
                    order.append(member.key)
                    said[member.key] = []
                }
            }
            for (key, value) in values where !value.isNull { said[key]?.append((record, value)) }
        }
        return order.compactMap { key in
            guard let values = said[key], !values.isEmpty else { return nil }
            let place = path.isEmpty ? key : "\(path).\(key)"
            return JSONValue.Member(key: key, value: join(values, at: place))
        }
    }

    private func join(_ said: [Said], at path: String) -> JSONValue {
        // What is empty says less than what is not.
        let chosen = said.first { !$0.value.saysNothing } ?? said[0]
        let others = said.filter { !$0.value.isBlank }
        let objects = others.compactMap { said in said.value.members.map { (record: said.record, members: $0) } }
        if !objects.isEmpty, objects.count == others.count {
            return chosen.value.with(.object(join(objects, below: path)))
        }
        if path == noun.pagedList?.key {
            return chosen.value.with(.list(joinPages(others, path)))
        }
        guard !Self.passing.contains(path) else { return chosen.value }
        let meaning = chosen.value.meaning
        if let other = others.first(where: { $0.value.meaning != meaning }) {
            complain(of: other.record, "`\(path)`", used: chosen.record)
        }
        return chosen.value
    }

    /// The elements of all pages; one that stands in two of them once.
    private func joinPages(_ pages: [Said], _ path: String) -> [JSONValue] {
        var elements: [JSONValue] = []
        var seen: [Int: (meaning: Int, record: Record)] = [:]
        for page in pages {
            guard case .list(let values) = page.value.content else { continue }
            // Within one page nothing stands twice by mistake.
            var own: [Int: (meaning: Int, record: Record)] = [:]
            for value in values {
                let identity = value.meaning(of: noun.pagedList?.identity ?? []) ?? value.meaning
                guard let other = seen[identity] else {
                    elements.append(value)
                    own[identity] = (value.meaning, page.record)
                    continue
                }
                if other.meaning != value.meaning {
                    complain(of: page.record, "an element of `\(path)`", used: other.record)
                }
            }
            seen.merge(own) { first, _ in first }
        }
        return elements
    }

    private func complain(of record: Record, _ what: String, used: Record) {
        let id = ObjectName.shown(noun.idKeys.compactMap { record.text($0) }.joined(separator: " "))
        record.lost(
            "`\(id)` is described more than once, and \(what) is not the same",
            "the lab has what \(used.origin.file):\(used.origin.line) says (\(used.path)); keep the one that is true")
    }

    /// What differs from look to look, or from account to account, and moves no packet.
    private static let passing: Set<String> = [
        "Tags", "TagSet", "Description", "AvailableIpAddressCount", "AdditionalRoutesAvailable", "VgwTelemetry",
        "PeeringOptions", "LastError", "StateReason", "MaintenanceOptions", "Attachment.AttachTime", "Version",
    ]
}

extension Noun {
    /// The list that an answer may hold in parts, wrapped once for each; and what tells two of its elements apart.
    fileprivate var pagedList: (key: String, identity: [String])? {
        switch self {
        case .transitGatewayStaticRoutes: ("Routes", ["DestinationCidrBlock", "PrefixListId"])
        case .transitGatewayPropagations: ("TransitGatewayRouteTablePropagations", ["TransitGatewayAttachmentId"])
        case .prefixListEntries: ("Entries", ["Cidr"])
        case .listenerRules: ("Rules", ["RuleArn"])
        case .loadBalancerAttributes, .targetGroupAttributes: ("Attributes", ["Key"])
        case .targetHealth: ("TargetHealthDescriptions", ["Target"])
        default: nil
        }
    }
}

extension JSONValue {
    fileprivate var members: [Member]? { if case .object(let members) = content { members } else { nil } }

    /// Null, or an empty text: nothing is said. An empty list says that there is none.
    fileprivate var isBlank: Bool {
        switch content {
        case .null: true
        case .string(let text): text.isEmpty
        default: false
        }
    }

    /// The same for two values that mean the same: neither the order of keys matters, nor that of a list, nor what is null.
    fileprivate var meaning: Int {
        var hasher = Hasher()
        switch content {
        case .null: hasher.combine(0)
        case .bool(let flag): hasher.combine(flag)
        case .number(let text), .string(let text): hasher.combine(text)
        case .list(let values):
            hasher.combine(1)
            hasher.combine(values.map(\.meaning).sorted())
        case .object(let members):
            hasher.combine(2)
            for member in members.filter({ !$0.value.isNull }).sorted(by: { $0.key < $1.key }) {
                hasher.combine(member.key)
                hasher.combine(member.value.meaning)
            }
        }
        return hasher.finalize()
    }

    /// The meaning of some of an object's members; `nil` if it has none of them.
    fileprivate func meaning(of keys: [String]) -> Int? {
        let own = (members ?? []).filter { keys.contains($0.key) && !$0.value.isNull }
        return own.isEmpty ? nil : with(.object(own)).meaning
    }
}
