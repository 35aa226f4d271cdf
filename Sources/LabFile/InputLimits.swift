import CloudModel

/// What a text must satisfy before a YAML parser may see it, so that no input costs more than it is worth.
enum InputLimits {
    static let bytes = 10_000_000
    static let values = 1_000_000

    /// The reason to refuse the text, `nil` if there is none.
    static func refusal(of text: String, file: String) -> Problem? {
        if text.utf8.count > bytes {
            return refusal(file, 1, "the file has \(text.utf8.count) bytes; at most \(bytes) are read")
        }
        var seen = Indicators()
        for byte in text.utf8 { seen.take(byte) }
        seen.take(UInt8(ascii: "\n"))
        if seen.count > values {
            return refusal(file, 1, "the file holds more than \(values) values")
        }
        // Anchors nested in anchors grow exponentially. An alias can only resolve if the text holds both `&name` and
        // `*name`, so their absence is proof enough, without having to parse first.
        if let (name, line) = seen.aliases.filter({ seen.anchors.contains($0.key) }).min(by: { $0.value < $1.value }) {
            return Problem(
                .error, Origin(file: file, line: line, column: 1),
                "a lab file has no YAML anchors and aliases, and this line uses `*\(name)`",
                hint: "write the value out")
        }
        return nil
    }

    private static func refusal(_ file: String, _ line: Int, _ message: String) -> Problem {
        Problem(.error, Origin(file: file, line: line, column: 1), message, hint: "split it into several labs")
    }

    /// An upper bound of the structure of a text, taken byte by byte.
    private struct Indicators {
        var count = 0
        var anchors: Set<String> = []
        /// The line of the first `*name` for each name.
        var aliases: [String: Int] = [:]
        private var line = 1
        private var previous: UInt8 = 0
        private var name: [UInt8] = []
        private var sign: UInt8?

        mutating func take(_ byte: UInt8) {
            if sign != nil {
                if isAnchorByte(byte) {
                    name.append(byte)
                    previous = byte
                    return
                }
                endName()
            }
            switch byte {
            case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "{"): count += 1
            case UInt8(ascii: "\n"):
                count += 1
                line += 1
            case UInt8(ascii: " ") where previous == UInt8(ascii: "-") || previous == UInt8(ascii: "?"): count += 1
            case UInt8(ascii: "&"), UInt8(ascii: "*"): sign = byte
            default: break
            }
            previous = byte
        }

        private mutating func endName() {
            if !name.isEmpty {
                let text = String(decoding: name, as: UTF8.self)
                if sign == UInt8(ascii: "&") { anchors.insert(text) } else { aliases[text] = aliases[text] ?? line }
            }
            name.removeAll(keepingCapacity: true)
            sign = nil
        }

        private func isAnchorByte(_ byte: UInt8) -> Bool {
            48...57 ~= byte || 65...90 ~= byte || 97...122 ~= byte || byte == UInt8(ascii: "_")
                || byte == UInt8(ascii: "-")
        }
    }
}
