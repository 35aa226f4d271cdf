import CloudModel

/// How AWS's names become names of the lab: ids as they are, free names in small letters.
enum AWSName {
    /// The id as a name; `nil` if it is none that AWS would give.
    static func of(_ id: String) -> String? {
        let name = id.lowercased()
        return ObjectName.faultOfNode(name) == nil ? name : nil
    }

    /// A name of DNS as it stands, `nil` if it is none: it becomes a line of a configuration.
    static func ofHost(_ text: String) -> String? {
        let isName = text.utf8.allSatisfy { byte in
            97...122 ~= byte || 65...90 ~= byte || 48...57 ~= byte || byte == 45 || byte == 46
        }
        return isName && 1...253 ~= text.utf8.count ? text : nil
    }

    /// Free text that a terminal may show: one line, and no longer than a path.
    static func printable(_ text: String) -> String {
        var shown = ""
        for scalar in text.unicodeScalars.prefix(4096) {
            shown.unicodeScalars.append(ObjectName.isPrintable(scalar) ? scalar : "\u{FFFD}")
        }
        return shown
    }

    /// Any text as a name: what may not stand in one becomes a dash.
    static func made(from text: String, limit: Int) -> String? {
        var name = ""
        for byte in text.lowercased().utf8.prefix(4 * limit) {
            let isWord = 97...122 ~= byte || 48...57 ~= byte
            if isWord { name.unicodeScalars.append(Unicode.Scalar(byte)) } else if !name.hasSuffix("-") { name += "-" }
        }
        while name.hasPrefix("-") { name.removeFirst() }
        name = String(name.prefix(limit))
        while name.hasSuffix("-") { name.removeLast() }
        return name.isEmpty ? nil : name
    }
}
