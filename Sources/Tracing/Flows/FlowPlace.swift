/// Where a zone is, in the words that flow logs have for it.
struct FlowPlace: Hashable, Sendable {
    /// `us-east-1`.
    let region: String
    /// `use1-az1`; `nil` in a local zone and in a Wavelength zone, which are sublocations.
    let zoneID: String?
    /// `localzone` or `wavelength`, and its identifier: `usw2-lax1-az1`, `use1-wl1-bos-wlz1`.
    let sublocation: FlowSublocation?

    /// - Parameters:
    ///   - zone: A letter, `a`, or AWS's whole name, `eu-west-3a`, `us-west-2-lax-1a`. Zone `a` is the first of its
    ///     Region: in AWS each account has an order of its own.
    ///   - region: Empty where nobody said; then the zone's name tells it, or it is `us-east-1`.
    init(zone: String, region: String) {
        let words = zone.split(separator: "-").map(String.init)
        // The Region's last word is its number; in the name of a plain zone a letter follows it.
        let length = 1 + (words.dropFirst().firstIndex { $0.first?.isNumber == true } ?? -1)
        let named = words.prefix(length).joined(separator: "-").trimmingLetters
        self.region = region.isEmpty ? (named.isEmpty ? "us-east-1" : named) : region
        let short = Self.short(self.region)
        let rest = Array(words.dropFirst(length))
        guard length > 0, let last = rest.last else {
            zoneID = "\(short)-az\(Self.number(of: zone))"
            sublocation = nil
            return
        }
        zoneID = nil
        let head = ([short] + rest.dropLast()).joined(separator: "-")
        sublocation =
            rest.contains("wlz")
            ? FlowSublocation(type: "wavelength", id: head + last)
            : FlowSublocation(type: "localzone", id: "\(head)\(last.trimmingLetters)-az\(Self.number(of: last))")
    }

    /// 1 for `a`, `us-east-1a` and for what has no letter.
    private static func number(of zone: String) -> Int {
        guard let letter = zone.last?.asciiValue, UInt8(ascii: "a")...UInt8(ascii: "z") ~= letter else { return 1 }
        return Int(letter - UInt8(ascii: "a")) + 1
    }

    /// `us-east-1` → `use1`, `ap-southeast-2` → `apse2`, `us-gov-west-1` → `usgw1`.
    private static func short(_ region: String) -> String {
        let initials = [
            "east": "e", "west": "w", "north": "n", "south": "s", "central": "c", "northeast": "ne", "northwest": "nw",
            "southeast": "se", "southwest": "sw", "gov": "g",
        ]
        return region.split(separator: "-").map { initials[String($0)] ?? String($0) }.joined()
    }
}

/// A place outside the Region's own zones.
public struct FlowSublocation: Hashable, Sendable {
    public let type: String
    public let id: String

    public init(type: String, id: String) {
        self.type = type
        self.id = id
    }
}

extension String {
    /// `1a` → `1`.
    fileprivate var trimmingLetters: String {
        var text = Substring(self)
        while text.last?.isLetter == true { text.removeLast() }
        return String(text)
    }
}
