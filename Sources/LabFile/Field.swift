import CloudModel
import IPAddressing
import Yams

/// A value in the file that knows its name and its place, and reports what is wrong with itself.
struct Field {
    /// The key or the position it stands under, for messages: `cidr`.
    let name: String
    let node: Node
    let source: Source

    var origin: Origin { source.origin(of: node) }

    func error(_ message: String, hint: String = "") { source.error(origin, message, hint: hint) }

    /// Nothing stands there: `key:` alone, `~` or `null`.
    var isNull: Bool {
        guard case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    var isMapping: Bool { node.mapping != nil }
    var isList: Bool { node.sequence != nil }

    /// The text without a report, e.g. to see which of several forms it has.
    var bareText: String? {
        guard case .scalar(let scalar) = node, !isNull else { return nil }
        return scalar.string
    }

    private var kindFound: String {
        switch node {
        case .mapping: "a mapping"
        case .sequence(let items): items.isEmpty ? "an empty list" : "a list"
        default: isNull ? "nothing" : "`\(ObjectName.shown(node.scalar?.string ?? ""))`"
        }
    }

    func wrongType(_ wanted: String, of what: String? = nil, hint: String) {
        error("\(what ?? "`\(ObjectName.shown(name))`") must be \(wanted), and it is \(kindFound)", hint: hint)
    }

    // MARK: - Lists and mappings

    /// The elements of a list; a single value stands for a list of one, nothing for an empty one.
    func items() -> [Field] {
        if let sequence = node.sequence { return sequence.map { Field(name: name, node: $0, source: source) } }
        return isNull ? [] : [self]
    }

    /// The elements of what must be a list.
    func list(hint: String) -> [Field] {
        if !isList, !isNull { wrongType("a list", hint: hint) }
        return isList ? items() : []
    }

    /// A mapping whose keys the user chooses, in file order.
    func entries(hint: String) -> [Entry] {
        guard let mapping = node.mapping else {
            if !isNull { wrongType("a mapping", hint: hint) }
            return []
        }
        var entries: [Entry] = []
        var firsts: [String: Origin] = [:]
        for (key, value) in mapping {
            let place = source.origin(of: key)
            guard case .scalar(let scalar) = key else {
                source.error(place, "a key must be plain text", hint: "is a `{` or `[` at the wrong place?")
                continue
            }
            if let name = source.twins[place] {
                if let first = firsts[name] {
                    source.reportTwin(name, first: first, second: place)
                } else {
                    firsts[name] = place
                }
                continue
            }
            if let first = firsts[scalar.string] { source.reportTwin(scalar.string, first: first, second: place) }
            entries.append(
                Entry(origin: place, key: key, field: Field(name: scalar.string, node: value, source: source)))
        }
        return entries
    }

    /// The entries of a section that names objects: `subnets`, `instances`.
    func nouns(_ hint: String) -> [Entry] {
        let nouns = entries(hint: hint)
        source.declaredNames.formUnion(nouns.map(\.name))
        return nouns
    }

    /// A mapping with known keys, `what` being the object it describes.
    func table(of what: String, at place: Origin? = nil, keys: [String], hint: String) -> Table? {
        guard isMapping || isNull else {
            wrongType("a mapping", of: what, hint: hint)
            return nil
        }
        return Table(what: what, origin: place ?? origin, entries: entries(hint: hint), keys: keys, source: source)
    }
}

/// A key the user chose, with its value.
struct Entry {
    /// Where the key stands: the origin of the object it names.
    let origin: Origin
    let key: Node
    let field: Field
    var name: String { field.name }
}

extension Source {
    func origin(of node: Node) -> Origin {
        guard let mark = node.mark else { return Origin(file: file, line: 1, column: 1) }
        return Origin(file: file, line: mark.line, column: mark.column)
    }
}
