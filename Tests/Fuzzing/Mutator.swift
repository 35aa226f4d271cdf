public import SeededRandom

/// Changes an input a little, or a lot: bytes for binary forms, lines and values for texts.
public struct Mutator {
    public var random: SeededGenerator
    private let form: FuzzTarget.Form
    private let longest: Int

    public init(_ target: FuzzTarget, seed: UInt64) {
        random = SeededGenerator(seed: seed)
        form = target.form
        longest = target.longest
    }

    /// - Parameter other: Another input, to take a piece from.
    public mutating func mutate(_ input: [UInt8], with other: [UInt8]) -> [UInt8] {
        var bytes = input
        for _ in 0...random.below(4) {
            switch form {
            case .binary: change(&bytes, other)
            case .json: if random.below(4) > 0 { changeJSON(&bytes, other) } else { change(&bytes, other) }
            case .text: if random.below(3) == 0 { changeLines(&bytes, other) } else { change(&bytes, other) }
            case .yaml: if random.below(4) > 0 { changeLines(&bytes, other) } else { change(&bytes, other) }
            }
        }
        return Array(bytes.prefix(longest))
    }

    // MARK: Bytes

    /// Bytes that mean something somewhere.
    private static let telling: [UInt8] =
        Array("{}[]:,-?&*!|>'\"%@`# \n\r\t0123456789abzAZ./\\~_".utf8) + [
            0, 1, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xc3, 0xe2,
        ]
        + [0xfe, 0xff]

    private mutating func change(_ bytes: inout [UInt8], _ other: [UInt8]) {
        let place = random.below(bytes.count)
        switch bytes.isEmpty ? 1 : random.below(9) {
        case 0: bytes[place] = random.pick(Self.telling)
        case 1: bytes.insert(random.pick(Self.telling), at: place)
        case 2: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.below(16)))
        case 3: bytes[place] ^= 1 << UInt8(random.below(8))
        case 4: bytes[place] &+= random.below(2) == 0 ? 1 : 255
        case 5: replaceNumber(&bytes, place)
        case 6: bytes.insert(contentsOf: piece(of: bytes), at: place)
        case 7: bytes.insert(contentsOf: piece(of: other), at: place)
        default: bytes = Array(bytes[..<place])
        }
    }

    /// Lengths and counts at the edges of what their width holds.
    private mutating func replaceNumber(_ bytes: inout [UInt8], _ place: Int) {
        let edges: [UInt64] = [
            0, 1, 3, 4, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0xffff_ffff, .max, UInt64(bytes.count),
        ]
        let value = random.pick(edges)
        let width = random.pick([1, 2, 4, 8])
        let isBig = random.below(2) == 0
        for index in 0..<width where place + index < bytes.count {
            let shift = 8 * (isBig ? width - 1 - index : index)
            bytes[place + index] = UInt8(truncatingIfNeeded: value >> UInt64(shift))
        }
    }

    private mutating func piece(of bytes: [UInt8]) -> ArraySlice<UInt8> {
        guard !bytes.isEmpty else { return [] }
        let start = random.below(bytes.count)
        return bytes[start..<min(bytes.count, start + 1 + random.below(64))]
    }

    // MARK: JSON

    /// Values that mean something in a description, most of them in another place.
    private static let pieces = [
        "null", "[]", "{}", "-1", "0", "65535", "65536", "99999999999999999999", "1e999", "true", "false", "\"\"",
        "\"0.0.0.0/0\"", "\"10.0.0.0/33\"", "\"10.0.1.10\"", "\"255.255.255.255\"", "\"::/0\"", "\"local\"",
        "\"../../etc\"",
        "\"\\u0000\"", "\"\\u001b[31m\"", "\"\\u009b31m\"", "\"\\u202e\"", "\"a\\nb\"", "\"tcp\"", "\"58\"", "\"-1\"",
        "\"blackhole\"", "\"vpc-1\"", "\"vpc-2\"", "\"subnet-1\"", "\"igw-1\"", "\"i-1\"", "\"tgw-1\"", "\"available\"",
        "\"pending\"", "\"HTTP\"", "\"TCP_UDP\"", "\"application\"", "\"network\"", "\"default\"", "\"lo\"",
        "\"UPPER\"",
    ].map { Array($0.utf8) }

    /// Where a value begins and ends: behind a `:`, a `,` or a `[`.
    private mutating func value(in bytes: [UInt8]) -> Range<Int>? {
        let signs = Set(":,[".utf8)
        guard let start = bytes.indices.filter({ signs.contains(bytes[$0]) }).randomElement(using: &random) else {
            return nil
        }
        var (depth, isText, end) = (0, false, start + 1)
        while end < bytes.count {
            switch bytes[end] {
            case UInt8(ascii: "\\") where isText: end += 1
            case UInt8(ascii: "\""): isText.toggle()
            case _ where isText: break
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ","):
                if depth == 0 { return start + 1..<end }
                if bytes[end] != UInt8(ascii: ",") { depth -= 1 }
            default: break
            }
            end += 1
        }
        return nil
    }

    private mutating func changeJSON(_ bytes: inout [UInt8], _ other: [UInt8]) {
        guard let place = value(in: bytes) else { return change(&bytes, other) }
        switch random.below(6) {
        case 0:
            guard let piece = value(in: other) else { return }
            bytes.replaceSubrange(place, with: other[piece])
        case 1:
            guard let piece = value(in: bytes) else { return }
            bytes.replaceSubrange(place, with: Array(bytes[piece]))
        case 2: bytes.insert(contentsOf: Array(bytes[place]) + [UInt8(ascii: ",")], at: place.lowerBound)
        default: bytes.replaceSubrange(place, with: random.pick(Self.pieces))
        }
    }

    // MARK: Lines

    private static let newline = UInt8(ascii: "\n")

    private mutating func changeLines(_ bytes: inout [UInt8], _ other: [UInt8]) {
        var lines = bytes.split(separator: Self.newline, omittingEmptySubsequences: false)
        let (from, to) = (random.below(lines.count), random.below(lines.count))
        switch random.below(8) {
        case 0: lines.swapAt(from, to)
        case 1: lines.insert(lines[from], at: to)
        case 2: lines.remove(at: from)
        case 3:
            let donor = other.split(separator: Self.newline, omittingEmptySubsequences: false)
            if !donor.isEmpty { lines.insert(random.pick(donor), at: to) }
        case 4: lines[from] = (random.below(2) == 0 ? ArraySlice("  ".utf8) : []) + lines[from].drop { $0 == 32 }
        default: lines[from] = changedValue(lines[from])
        }
        bytes = Array(lines.joined(separator: [Self.newline]))
    }

    /// Values of every kind, and words of the lab file in wrong places.
    private static let values = [
        "", "~", "[]", "{}", "-1", "0", "65535", "65536", "4294967296", "9223372036854775808", "1e9", "0x10", "'x'",
        "yes",
        "[[a]]", "{ a: { b: c } }", "10.0.0.0/16", "10.0.0.0/28", "0.0.0.0/0", "255.255.255.255/32", "10.0.0.1/33",
        "203.0.113.1", "local", "auto", "all", "igw", "nat-a", "../../etc", "a/b", "a\\0b", "\u{1F980}", "1-65535",
        "icmp",
        "[a, b, c]", "&a b", "*a", "!!int x", "|", "<<: x",
    ].map { Array($0.utf8) }

    private mutating func changedValue(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return line }
        // A number gets near its neighbours, anything else becomes anything.
        if random.below(3) == 0, let digit = line.indices.filter({ 48...57 ~= line[$0] }).randomElement(using: &random)
        {
            var changed = line
            changed[digit] = UInt8(48 + random.below(10))
            return changed
        }
        return line[...colon] + [32] + random.pick(Self.values)
    }
}
