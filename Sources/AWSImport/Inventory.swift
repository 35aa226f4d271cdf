import CloudModel

/// Everything a folder describes, by the kind of thing and by its id. What two files describe (two accounts see one
/// transit gateway) is one record that says what either says.
struct Inventory {
    private var lists: [Noun: [Record]] = [:]
    private var places: [Noun: [String: Int]] = [:]
    /// The top-level keys that were there, even if their lists are empty.
    private(set) var described: Set<Noun> = []
    let ledger: Ledger

    init(ledger: Ledger) { self.ledger = ledger }

    subscript(noun: Noun) -> [Record] { lists[noun] ?? [] }

    func find(_ noun: Noun, _ id: String) -> Record? { places[noun]?[id].map { self[noun][$0] } }

    func describes(_ noun: Noun) -> Bool { described.contains(noun) }

    /// Sorts the top level of one file into its kinds.
    mutating func take(_ root: JSONValue, of file: DescriptionFile) {
        guard case .object(let members) = root.content else {
            ledger.add(
                .error, Origin(file: file.path, line: root.line, column: root.column),
                "the file holds \(root.kind), and not what `aws … describe-…` prints",
                hint: "that is an object with one key, such as `Vpcs`")
            return
        }
        for member in members { take(member, of: file) }
    }

    private mutating func take(_ member: JSONValue.Member, of file: DescriptionFile) {
        let origin = Origin(file: file.path, line: member.value.line, column: member.value.column)
        guard let noun = Noun(topLevelKey: member.key) else { return complain(member, origin) }
        described.insert(noun)
        guard !member.value.isNull else { return }
        guard case .list(let values) = member.value.content else {
            ledger.add(.error, origin, "`\(member.key)` is \(member.value.kind), and a list is expected")
            return
        }
        for (index, value) in values.enumerated() {
            let path = "\(member.key)[\(index)]"
            guard let record = Record(value, path: path, file: file, ledger: ledger) else { continue }
            add(record, as: noun)
        }
    }

    private mutating func add(_ record: Record, as noun: Noun) {
        if noun == .reservations {
            for instance in record.records("Instances") { add(instance, as: .instances) }
            return
        }
        if noun == .loadBalancerListeners {
            for listener in record.records("Listeners") { add(listener, as: .listeners) }
            return
        }
        // What no packet depends on may lack an id.
        let parts = noun.idKeys.compactMap { key in
            noun.isOnlyNamed
                ? record.text(key) ?? "\(self[noun].count)" : record.need(key, "an element of `\(noun.rawValue)`")
        }
        guard parts.count == noun.idKeys.count else { return }
        let id = parts.joined(separator: " ")
        if let place = places[noun]?[id] {
            let merged = self[noun][place].merged(with: record)
            lists[noun]?[place] = merged
        } else {
            places[noun, default: [:]][id] = self[noun].count
            lists[noun, default: []].append(record)
        }
    }

    private func complain(_ member: JSONValue.Member, _ origin: Origin) {
        if member.key == "NextToken" || member.key == "nextToken" || member.key == "NextMarker" {
            ledger.add(
                .warning, origin, "the description is cut off: it ends with `\(member.key)`",
                hint: "objects are missing; take it again without --no-paginate and --max-items")
        } else if let wrapper = Noun.wrappers[member.key] {
            ledger.add(
                .warning, origin,
                "`\(member.key)` does not say what it belongs to, so it is not used",
                hint: "wrap it: \(wrapper)")
        } else if !Noun.carriesNoPackets(member.key) {
            ledger.add(
                .warning, origin, "`\(ObjectName.shown(member.key))` is not understood and not used",
                hint: "if packets depend on it, the lab will differ from AWS")
        }
    }
}
