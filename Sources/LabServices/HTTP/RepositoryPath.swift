/// The path of a request, decoded and checked: relative, no part that could lead out of a folder.
struct RepositoryPath: Equatable {
    var parts: [String]

    /// `nil` for a broken escape, NUL, `..`, or text that is not UTF-8.
    init?(_ target: Substring) {
        guard target.utf8.first == UInt8(ascii: "/"), let text = Self.decode(target) else { return nil }
        // Decoded before it is split, so that %2f and %2e%2e are judged as what the file system would see.
        let parts = text.split(separator: "/").map(String.init).filter { $0 != "." }
        guard !parts.contains("..") else { return nil }
        self.parts = parts
    }

    var relative: String { parts.joined(separator: "/") }

    private static func decode(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var iterator = text.utf8.makeIterator()
        while let byte = iterator.next() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = iterator.next().flatMap(hexDigit), let low = iterator.next().flatMap(hexDigit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        guard !bytes.contains(0) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
