import CloudModel
import IPAddressing

/// One JSON object of a description, with its place in file and in JSON. Readers return `nil` after they have said what
/// is wrong; for a key that is absent or null they return `nil` in silence.
struct Record {
    let members: [JSONValue.Member]
    let origin: Origin
    /// `SecurityGroups[3].IpPermissions[0]`.
    let path: String
    let file: DescriptionFile
    let ledger: Ledger

    /// `nil` after a report if the value is no object.
    init?(_ value: JSONValue, path: String, file: DescriptionFile, ledger: Ledger) {
        let origin = Origin(file: file.path, line: value.line, column: value.column)
        guard case .object(let members) = value.content else {
            ledger.add(.error, origin, "`\(path)` is \(value.kind), and an object is expected")
            return nil
        }
        self.init(members: members, origin: origin, path: path, file: file, ledger: ledger)
    }

    init(members: [JSONValue.Member], origin: Origin, path: String, file: DescriptionFile, ledger: Ledger) {
        self.members = members
        self.origin = origin
        self.path = path
        self.file = file
        self.ledger = ledger
    }

    /// The value of a key, unless it is null.
    func value(_ key: String) -> JSONValue? {
        guard let value = members.last(where: { $0.key == key })?.value, !value.isNull else { return nil }
        return value
    }

    func has(_ key: String) -> Bool { value(key) != nil }

    func text(_ key: String) -> String? {
        guard let value = value(key) else { return nil }
        switch value.content {
        case .string(let text): return text
        case .number(let text): return text
        default: return wrong(key, value, "text")
        }
    }

    /// Text that must be there.
    func need(_ key: String, _ what: String) -> String? {
        if let text = text(key), !text.isEmpty { return text }
        if !has(key) || text(key)?.isEmpty == true {
            error("\(what) has no `\(key)`", hint: "take the description again; without it nothing can be said of it")
        }
        return nil
    }

    func integer(_ key: String) -> Int? {
        guard let value = value(key) else { return nil }
        if case .number(let text) = value.content, let number = Int(text) { return number }
        if case .string(let text) = value.content, let number = Int(text) { return number }
        return wrong(key, value, "a whole number")
    }

    func flag(_ key: String) -> Bool? {
        guard let value = value(key) else { return nil }
        if case .bool(let flag) = value.content { return flag }
        return wrong(key, value, "true or false")
    }

    func record(_ key: String) -> Record? {
        value(key).flatMap { Record($0, path: "\(path).\(key)", file: file, ledger: ledger) }
    }

    func records(_ key: String) -> [Record] {
        list(key).enumerated().compactMap {
            Record($1, path: "\(path).\(key)[\($0)]", file: file, ledger: ledger)
        }
    }

    func texts(_ key: String) -> [String] {
        list(key).compactMap { element in
            if case .string(let text) = element.content { return text }
            return wrong(key, element, "text")
        }
    }

    func address(_ key: String) -> IPv4Address? {
        guard let text = text(key), !text.isEmpty else { return nil }
        if let address = IPv4Address(text) { return address }
        error("`\(key)` is `\(ObjectName.shown(text))`, which is not an IPv4 address")
        return nil
    }

    func block(_ key: String) -> CIDRBlock? {
        guard let text = text(key), !text.isEmpty else { return nil }
        if let block = CIDRBlock(text) { return block }
        error("`\(key)` is `\(ObjectName.shown(text))`, which is not an IPv4 block")
        return nil
    }

    /// The tag `Name`, if it has one.
    var title: String {
        for tag in records("Tags") + records("TagSet") where tag.text("Key") == "Name" {
            return tag.text("Value") ?? ""
        }
        return ""
    }

    private func list(_ key: String) -> [JSONValue] {
        guard let value = value(key) else { return [] }
        if case .list(let list) = value.content { return list }
        let none: [JSONValue]? = wrong(key, value, "a list")
        return none ?? []
    }

    private func wrong<T>(_ key: String, _ value: JSONValue, _ wanted: String) -> T? {
        ledger.add(
            .error, Origin(file: file.path, line: value.line, column: value.column),
            "`\(path).\(ObjectName.shown(key))` is \(value.kind), and \(wanted) is expected")
        return nil
    }
}

extension Record {
    func error(_ message: String, hint: String = "") {
        ledger.add(.error, origin, "\(message) (\(path))", hint: hint)
    }

    /// Something AWS has and the lab has not: what it is, and what follows.
    func lost(_ what: String, _ consequence: String) {
        ledger.add(.warning, origin, "\(what) (\(path))", hint: consequence)
    }
}
