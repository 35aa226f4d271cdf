import CloudModel

/// Everything a folder describes, by the kind of thing and by its id. What two files describe (two accounts see one
/// transit gateway) is one record that says what either says.
struct Inventory {
    private var lists: [Noun: [Record]] = [:]
    private var places: [Noun: [String: Int]] = [:]
    /// What else was said of a thing, by its place in its list.
    private var repeated: [Noun: [Int: [Record]]] = [:]
    /// The top-level keys that were there, even if their lists are empty.
    private(set) var described: Set<Noun> = []
    /// Keys that nobody knows, by noun and path: the first record that has each, and how many have it.
    private(set) var strangeKeys: [StrangeKey: (first: Record, count: Int)] = [:]
    /// A hostile folder may have as many as it has values.
    private static let mostStrangeKeys = 1_000
    private var things = 0
    let ledger: Ledger

    init(ledger: Ledger) { self.ledger = ledger }

    subscript(noun: Noun) -> [Record] { lists[noun] ?? [] }

    func find(_ noun: Noun, _ id: String) -> Record? { places[noun]?[id].map { self[noun][$0] } }

    /// Where in its list a thing stands.
    func place(_ noun: Noun, _ id: String) -> Int? { places[noun]?[id] }

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

    /// When all files are read: what was described more than once becomes one.
    mutating func settle() {
        for noun in Noun.allCases {
            for (place, others) in (repeated[noun] ?? [:]).sorted(by: { $0.key < $1.key }) {
                let joined = Descriptions(all: [self[noun][place]] + others, noun: noun).joined()
                lists[noun]?[place] = joined
            }
        }
        repeated = [:]
    }

    private mutating func take(_ member: JSONValue.Member, of file: DescriptionFile) {
        let origin = Origin(file: file.path, line: member.value.line, column: member.value.column)
        guard let noun = Noun(topLevelKey: member.key) else { return complain(member, origin, of: file) }
        described.insert(noun)
        guard !member.value.isNull else { return }
        guard case .list(let values) = member.value.content else {
            ledger.add(.error, origin, "`\(member.key)` is \(member.value.kind), and a list is expected")
            return
        }
        for (index, value) in values.enumerated() {
            let path = "\(member.key)[\(index)]"
            things += 1
            guard things <= ImportLimits.things else {
                return ledger.add(
                    .error, Origin(file: file.path, line: value.line, column: value.column),
                    "the folder describes more than \(ImportLimits.things) things", hint: "import a part of it")
            }
            guard let record = Record(value, path: path, file: file, ledger: ledger) else { continue }
            lookForStrangeKeys(in: record, of: noun)
            add(record, as: noun)
        }
    }

    private mutating func add(_ record: Record, as noun: Noun) {
        if noun == .reservations {
            for instance in record.records("Instances") where things <= ImportLimits.things {
                things += 1
                add(instance, as: .instances)
            }
            return
        }
        if noun == .loadBalancerListeners {
            for listener in record.records("Listeners") where things <= ImportLimits.things {
                things += 1
                add(listener, as: .listeners)
            }
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
            repeated[noun, default: [:]][place, default: []].append(record)
        } else {
            places[noun, default: [:]][id] = self[noun].count
            lists[noun, default: []].append(record)
        }
    }

    private mutating func lookForStrangeKeys(in record: Record, of noun: Noun) {
        Vocabulary.of(noun)?.strangers(in: record.members) { path in
            let key = StrangeKey(noun: noun, path: path)
            if let known = strangeKeys[key] {
                strangeKeys[key] = (known.first, known.count + 1)
            } else if strangeKeys.count < Self.mostStrangeKeys {
                strangeKeys[key] = (record, 1)
            }
        }
    }

    private func complain(_ member: JSONValue.Member, _ origin: Origin, of file: DescriptionFile) {
        if let kind = Unreproduced.of(member.key) {
            return complain(of: member.value, kind, path: ObjectName.shown(member.key), file)
        }
        if member.key == "NextToken" || member.key == "nextToken" || member.key == "NextMarker" {
            // Some tools print it in every answer; with a value there is more to come.
            if member.value.saysNothing { return }
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

    /// Each thing of a kind that the lab has not; some commands print one alone.
    private func complain(of value: JSONValue, _ kind: Unreproduced, path: String, _ file: DescriptionFile) {
        switch value.content {
        case .list(let values):
            for (index, value) in values.enumerated() {
                complain(of: value, kind, path: "\(path)[\(index)]", file)
            }
        case .object:
            if let record = Record(value, path: path, file: file, ledger: ledger) { kind.complain(of: record) }
        case .null: return
        default:
            let origin = Origin(file: file.path, line: value.line, column: value.column)
            ledger.add(.warning, origin, "there is \(kind.title) (\(path))", hint: kind.consequence)
        }
    }
}

/// A key of a description that no part of this reader knows.
struct StrangeKey: Hashable {
    let noun: Noun
    /// From the described object down: `Options.EncryptionSupport`.
    let path: String
}
