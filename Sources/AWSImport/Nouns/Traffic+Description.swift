import CloudModel

extension Traffic {
    /// IPv6's own ICMP: nothing of it exists in an IPv4 lab.
    static let icmpV6: Set<String> = ["icmpv6", "58"]

    /// A protocol as descriptions spell it, with its ports or its ICMP type and code; `nil` if that is none.
    ///
    /// Ports from 0 are taken from 1: no socket can have port 0. -1 is the first, or the last, of them.
    static func described(_ name: String, from first: Int?, to last: Int?) -> Traffic? {
        switch name.lowercased() {
        case "-1", "all": return .all
        case "6", "tcp": return ports(first, last).map(Traffic.tcp)
        case "17", "udp": return ports(first, last).map(Traffic.udp)
        case "1", "icmp": return messages(first, last)
        default: return Int(name).flatMap(UInt8.init(exactly:)).map(Traffic.protocolNumber)
        }
    }

    private static func ports(_ first: Int?, _ last: Int?) -> ClosedRange<UInt16>? {
        let low = first ?? -1
        let end = last ?? low
        let high = end == -1 ? Int(UInt16.max) : end
        guard low <= high, high > 0, low >= -1, let upper = UInt16(exactly: high) else { return nil }
        return UInt16(max(1, low))...upper
    }

    private static func messages(_ type: Int?, _ code: Int?) -> Traffic? {
        // A code without a type is none of AWS's.
        guard let type, type != -1 else { return code ?? -1 == -1 ? .icmp(type: nil, code: nil) : nil }
        guard let typeByte = UInt8(exactly: type) else { return nil }
        guard let code, code != -1 else { return .icmp(type: typeByte, code: nil) }
        return UInt8(exactly: code).map { .icmp(type: typeByte, code: $0) }
    }
}
