import CloudModel

/// Ports as people write them: `80`, `8000-8100`, `all`, `common`, or a list of these.
enum Ports {
    /// Ranges in ascending order, merged where they touch; empty after a report.
    ///
    /// - Parameter common: the ports that the word `common` stands for; without it the word is unknown.
    static func read(_ field: Field, common: [UInt16] = []) -> [ClosedRange<UInt16>] {
        if field.isNull || field.isMapping {
            field.wrongType("a port", hint: "for example `\(field.name): 443` or `\(field.name): 8000-8100`")
            return []
        }
        let items = field.items()
        if items.isEmpty { field.error("`\(field.name)` lists no port", hint: "for example `\(field.name): 443`") }
        return merged(items.flatMap { ranges($0, common: common) })
    }

    private static func ranges(_ field: Field, common: [UInt16]) -> [ClosedRange<UInt16>] {
        guard let text = field.text("443") else { return [] }
        switch text {
        case "all": return [1...UInt16.max]
        case "common" where !common.isEmpty: return common.map { $0...$0 }
        default: break
        }
        let ends = text.split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
            .map { strictInteger(String($0)) }
        let shown = ObjectName.shown(text)
        guard (1...2).contains(ends.count), let low = ends[0], let high = ends[ends.count - 1] else {
            let words = common.isEmpty ? ["all"] : ["all", "common"]
            let near = field.source.near(text, among: words)
            field.error(
                "`\(shown)` is not a port", hint: near.isEmpty ? "for example 443, 8000-8100 or all" : near)
            return []
        }
        guard let first = UInt16(exactly: low), let last = UInt16(exactly: high), first > 0, last > 0 else {
            field.error("the port `\(shown)` is out of range", hint: "ports are from 1 to 65535")
            return []
        }
        guard first <= last else {
            field.error("the port range `\(shown)` is empty", hint: "did you mean \(last)-\(first)?")
            return []
        }
        return [first...last]
    }

    private static func merged(_ ranges: [ClosedRange<UInt16>]) -> [ClosedRange<UInt16>] {
        var result: [ClosedRange<UInt16>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = result.last, Int(range.lowerBound) <= Int(last.upperBound) + 1 {
                result[result.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                result.append(range)
            }
        }
        return result
    }
}
