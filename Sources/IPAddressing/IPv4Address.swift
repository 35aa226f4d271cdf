/// An IPv4 address. Ordered and counted as the number it is.
public struct IPv4Address: Hashable, Comparable, Sendable, LosslessStringConvertible {
    /// Host byte order.
    public let number: UInt32

    public init(number: UInt32) { self.number = number }

    public init(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) {
        number = UInt32(a) << 24 | UInt32(b) << 16 | UInt32(c) << 8 | UInt32(d)
    }

    /// Dotted decimal, four parts, no leading zeros: `10.0.1.10`. `nil` for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var number: UInt32 = 0
        for part in parts {
            guard let byte = decimal(part, max: 255) else { return nil }
            number = number << 8 | UInt32(byte)
        }
        self.number = number
    }

    public var description: String {
        "\(number >> 24).\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)"
    }

    /// The four bytes in network order.
    public var bytes: [UInt8] {
        [UInt8(number >> 24), UInt8(number >> 16 & 255), UInt8(number >> 8 & 255), UInt8(number & 255)]
    }

    public static func < (left: Self, right: Self) -> Bool { left.number < right.number }

    /// The address `offset` places further.
    public static func + (address: Self, offset: Int) -> Self {
        IPv4Address(number: UInt32(truncatingIfNeeded: Int(address.number) + offset))
    }
}

/// Decimal digits without sign, space or leading zero, at most `max`.
func decimal(_ text: Substring, max: Int) -> Int? {
    guard !text.isEmpty, text.utf8.count <= 10, text.utf8.allSatisfy({ 48...57 ~= $0 }) else { return nil }
    guard text.utf8.count == 1 || text.utf8.first != 48, let value = Int(text), value <= max else { return nil }
    return value
}
