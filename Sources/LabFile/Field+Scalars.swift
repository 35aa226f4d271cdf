import CloudModel
import IPAddressing
import Yams

/// A field as one value. Each returns `nil` after it has reported what is wrong.
extension Field {
    func text(_ example: String) -> String? {
        guard let text = bareText else {
            wrongType("text", hint: "for example `\(name): \(example)`")
            return nil
        }
        return text
    }

    /// One of a few words.
    func word(_ words: [String]) -> String? {
        guard let text = text(words.first ?? "") else { return nil }
        if words.contains(text) { return text }
        error(
            "`\(name)` cannot be `\(ObjectName.shown(text))`",
            hint: source.near(text, among: words, listing: "it can be"))
        return nil
    }

    /// Decimal digits without quotes.
    func integer(_ range: ClosedRange<Int>) -> Int? {
        guard case .scalar(let scalar) = node, scalar.style == .plain, let value = strictInteger(scalar.string) else {
            wrongType("a whole number", hint: "from \(range.lowerBound) to \(range.upperBound), without quotes")
            return nil
        }
        guard range.contains(value) else {
            error(
                "`\(name)` is \(scalar.string), which is out of range",
                hint: "it is from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return value
    }

    /// A time: `5s`.
    func seconds(_ range: ClosedRange<Int>) -> Int? {
        guard let text = text("5s") else { return nil }
        guard text.hasSuffix("s"), let value = strictInteger(String(text.dropLast())) else {
            error("`\(ObjectName.shown(text))` is not a time", hint: "seconds, for example `\(name): 5s`")
            return nil
        }
        guard range.contains(value) else {
            error(
                "`\(name)` is \(text), which is out of range", hint: "from \(range.lowerBound)s to \(range.upperBound)s"
            )
            return nil
        }
        return value
    }

    func boolean() -> Bool? {
        guard case .scalar(let scalar) = node, scalar.style == .plain else {
            wrongType("true or false", hint: "without quotes")
            return nil
        }
        switch scalar.string {
        case "true", "True", "TRUE": return true
        case "false", "False", "FALSE": return false
        default:
            wrongType("true or false", hint: "write `\(name): true` or `\(name): false`")
            return nil
        }
    }

    func address(_ example: String) -> IPv4Address? {
        guard let text = text(example) else { return nil }
        if let address = IPv4Address(text) { return address }
        let hint: String
        if text.contains(":") {
            hint = "IPv6 is not reproduced, a lab is IPv4 only; an address looks like \(example)"
        } else if let slash = text.firstIndex(of: "/"), IPv4Address(String(text[..<slash])) != nil {
            hint = "an address has no prefix length: write \(text[..<slash])"
        } else {
            hint = "four numbers from 0 to 255 without leading zeros, for example \(example)"
        }
        error("`\(ObjectName.shown(text))` is not an IPv4 address", hint: hint)
        return nil
    }

    func block(_ example: String) -> CIDRBlock? { text(example).flatMap { block(from: $0, example: example) } }

    /// A CIDR block from text that stands at this place.
    func block(from text: String, example: String) -> CIDRBlock? {
        if let block = CIDRBlock(text) { return block }
        let shown = ObjectName.shown(text)
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count == 2, let address = IPv4Address(String(parts[0])), let length = strictInteger(String(parts[1])) {
            if (0...32).contains(length) {
                error(
                    "`\(shown)` has bits set beyond its prefix of \(length)",
                    hint: "did you mean \(CIDRBlock(containing: address, prefixLength: length))?")
            } else {
                error("`\(shown)` is not a CIDR block", hint: "a prefix length is from 0 to 32")
            }
        } else if IPv4Address(text) != nil {
            error("`\(shown)` is an address, not a CIDR block", hint: "one address alone is written \(text)/32")
        } else if text.contains(":") {
            error(
                "`\(shown)` is not an IPv4 CIDR block",
                hint: "IPv6 is not reproduced, a lab is IPv4 only; for example \(example)")
        } else {
            error("`\(shown)` is not a CIDR block", hint: "for example \(example)")
        }
        return nil
    }

    func port() -> UInt16? { integer(1...65_535).map { UInt16($0) } }
}

/// Decimal digits, no sign, no leading zero, small enough to add up without overflow.
func strictInteger(_ text: String) -> Int? {
    let digits = text.utf8
    guard (1...12).contains(digits.count), digits.allSatisfy({ 48...57 ~= $0 }) else { return nil }
    return digits.first == 48 && digits.count > 1 ? nil : Int(text)
}
