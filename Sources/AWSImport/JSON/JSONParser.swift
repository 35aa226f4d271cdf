/// Reads JSON (RFC 8259), strictly, with line and column of every value.
///
/// Foundation's decoders cannot say where a value stood, and a message about a folder of a hundred files must. It never
/// recurses deeper than `deepest` and never makes more than `mostValues` values.
struct JSONParser {
    private static let deepest = 64

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var lineStart = 0
    /// How many values may still be made; shared by all files of one import.
    private var budget: Int

    private init(_ bytes: [UInt8], budget: Int) {
        self.bytes = bytes
        self.budget = budget
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// The one value of a text. `mostValues` is lowered by the number of values in it.
    static func parse(_ bytes: [UInt8], mostValues: inout Int) throws(JSONError) -> JSONValue {
        var parser = JSONParser(bytes, budget: mostValues)
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.position == bytes.count else { throw parser.error("something follows the end of the value") }
        mostValues = parser.budget
        return value
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        skipSpace()
        guard depth < Self.deepest else { throw error("more than \(Self.deepest) levels of lists and objects") }
        guard budget > 0 else { throw error("too many values in this folder") }
        budget -= 1
        let (line, column) = (line, column)
        let content: JSONValue.Content
        switch current {
        case UInt8(ascii: "{"): content = .object(try members(depth: depth))
        case UInt8(ascii: "["): content = .list(try elements(depth: depth))
        case UInt8(ascii: "\""): content = .string(try string())
        case UInt8(ascii: "t"): content = .bool(try word("true", meaning: true))
        case UInt8(ascii: "f"): content = .bool(try word("false", meaning: false))
        case UInt8(ascii: "n"):
            _ = try word("null", meaning: true)
            content = .null
        case .some(45), .some(48...57): content = .number(try number())
        case nil: throw error("the text ends where a value should be")
        default: throw error("no value begins like this")
        }
        return JSONValue(content: content, line: line, column: column)
    }

    private mutating func members(depth: Int) throws(JSONError) -> [JSONValue.Member] {
        position += 1
        var members: [JSONValue.Member] = []
        if skip(UInt8(ascii: "}")) { return members }
        repeat {
            skipSpace()
            guard current == UInt8(ascii: "\"") else { throw error("a key in quotes is missing") }
            let key = try string()
            guard skip(UInt8(ascii: ":")) else { throw error("a `:` is missing after the key") }
            members.append(JSONValue.Member(key: key, value: try value(depth: depth + 1)))
        } while skip(UInt8(ascii: ","))
        guard skip(UInt8(ascii: "}")) else { throw error("a `,` or `}` is missing") }
        return members
    }

    private mutating func elements(depth: Int) throws(JSONError) -> [JSONValue] {
        position += 1
        var elements: [JSONValue] = []
        if skip(UInt8(ascii: "]")) { return elements }
        repeat { elements.append(try value(depth: depth + 1)) } while skip(UInt8(ascii: ","))
        guard skip(UInt8(ascii: "]")) else { throw error("a `,` or `]` is missing") }
        return elements
    }

    private mutating func word(_ word: StaticString, meaning: Bool) throws(JSONError) -> Bool {
        let letters = word.withUTF8Buffer { Array($0) }
        guard bytes[position...].starts(with: letters) else { throw error("no value begins like this") }
        position += letters.count
        return meaning
    }

    /// `-12`, `0.5`, `1e9`: digits are not interpreted here.
    private mutating func number() throws(JSONError) -> String {
        let start = position
        if current == UInt8(ascii: "-") { position += 1 }
        let first = position
        guard skipDigits() > 0 else { throw error("a number has no digits") }
        if bytes[first] == 48, position - first > 1 { throw error("a number begins with a zero too many") }
        if current == UInt8(ascii: ".") {
            position += 1
            guard skipDigits() > 0 else { throw error("a number ends in a point") }
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            guard skipDigits() > 0 else { throw error("a number has no exponent") }
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func skipDigits() -> Int {
        let start = position
        while let byte = current, 48...57 ~= byte { position += 1 }
        return position - start
    }
}

// Text, spaces and places.
extension JSONParser {
    private mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        // Nearly every text of a description has no escape: one copy.
        while let byte = current, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 32 { position += 1 }
        if current == UInt8(ascii: "\"") {
            defer { position += 1 }
            return String(decoding: bytes[start..<position], as: UTF8.self)
        }
        var text = Array(bytes[start..<position])
        while let byte = current {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<32: throw error("a text is not closed in its line")
            default: text.append(byte)
            }
        }
        throw error("a text is not closed")
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        guard let byte = current else { throw error("a text is not closed") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(8)
        case UInt8(ascii: "f"): text.append(12)
        case UInt8(ascii: "n"): text.append(10)
        case UInt8(ascii: "r"): text.append(13)
        case UInt8(ascii: "t"): text.append(9)
        case UInt8(ascii: "u"): text += Array(String(try scalar()).utf8)
        default: throw error("an unknown escape in a text")
        }
    }

    /// The character of `\uXXXX`, or of two of them that make a pair.
    private mutating func scalar() throws(JSONError) -> Character {
        let unit = try codeUnit()
        var value = UInt32(unit)
        if 0xD800..<0xDC00 ~= unit {
            guard bytes[position...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) else {
                throw error("half of a surrogate pair in a text")
            }
            position += 2
            let low = try codeUnit()
            guard 0xDC00..<0xE000 ~= low else { throw error("half of a surrogate pair in a text") }
            value = 0x10000 + (value - 0xD800) << 10 + (UInt32(low) - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(value) else { throw error("half of a surrogate pair in a text") }
        return Character(scalar)
    }

    private mutating func codeUnit() throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 128 else {
                throw error("`\\u` needs four hexadecimal digits")
            }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }
    private var column: Int { position - lineStart + 1 }

    private mutating func skipSpace() {
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\n"):
                line += 1
                lineStart = position + 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): break
            default: return
            }
            position += 1
        }
    }

    /// Steps over spaces and then the byte, if it is there.
    private mutating func skip(_ byte: UInt8) -> Bool {
        skipSpace()
        guard current == byte else { return false }
        position += 1
        return true
    }

    private func error(_ message: String) -> JSONError { JSONError(line: line, column: column, message: message) }
}
