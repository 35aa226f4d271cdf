/// The rules for names, which become namespaces, interfaces and owners of kernel rules.
public enum ObjectName {
    /// Names that mean something else to the kernel or to netlab.
    public static let reserved: Set<String> = ["lo", "all", "default", "internet", "eth0", ".", ".."]

    /// What is wrong with a node's name, `nil` if nothing is: a label of DNS, so 63 bytes at most. AWS's own ids fit;
    /// an interface is named after it as far as the kernel's 15 bytes go.
    public static func faultOfNode(_ name: String) -> String? {
        if reserved.contains(name) { return "`\(shown(name))` is a reserved name" }
        return fault(name, limit: 63, because: ", because it becomes a name in the lab's DNS")
    }

    /// What is wrong with a zone: it is a letter, or as AWS names it (`us-east-1a`, `us-west-2-lax-1a`).
    public static func faultOfZone(_ zone: String) -> String? {
        let isLetter = zone.utf8.count == 1 && zone.utf8.allSatisfy { 97...122 ~= $0 }
        let isName = zone.utf8.contains(45) && fault(zone, limit: 40, because: "") == nil
        return isLetter || isName ? nil : "`\(shown(zone))` is not a zone"
    }

    /// What is wrong with the name of a subnet, route table or security group.
    public static func faultOfObject(_ name: String) -> String? { fault(name, limit: 63, because: "") }

    /// What is wrong with a lab's name.
    public static func faultOfLab(_ name: String) -> String? { fault(name, limit: 40, because: "") }

    private static func fault(_ name: String, limit: Int, because: String) -> String? {
        let bytes = Array(name.utf8)
        if bytes.isEmpty { return "a name cannot be empty" }
        if bytes.count > limit {
            return "the name `\(shown(name))` has \(bytes.count) bytes; at most \(limit) are allowed\(because)"
        }
        let isWord = { (byte: UInt8) in 97...122 ~= byte || 48...57 ~= byte }
        guard isWord(bytes[0]), bytes.allSatisfy({ isWord($0) || $0 == 45 }) else {
            return "the name `\(shown(name))` may only hold a-z, 0-9 and `-`, and must begin with a letter or a digit"
        }
        return nil
    }

    /// Whether a terminal shows it where it stands: no control character (C0, DEL, C1), no end of a line, nothing that
    /// turns the direction of the text around it.
    public static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<32, 127...159, 0x61C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: false
        default: true
        }
    }

    /// The name made printable: at most 60 characters, without control characters.
    public static func shown(_ name: String) -> String {
        var text = ""
        for scalar in name.unicodeScalars.prefix(60) {
            text.unicodeScalars.append(isPrintable(scalar) ? scalar : "\u{FFFD}")
        }
        return name.unicodeScalars.count > 60 ? text + "…" : text
    }
}
