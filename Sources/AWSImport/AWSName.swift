import CloudModel

/// How AWS's names become names of the lab: ids as they are, free names in small letters.
enum AWSName {
    /// The id as a name; `nil` if it is none that AWS would give.
    static func of(_ id: String) -> String? {
        let name = id.lowercased()
        return ObjectName.faultOfNode(name) == nil ? name : nil
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
