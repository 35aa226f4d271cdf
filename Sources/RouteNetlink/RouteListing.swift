import CLibNL
import Glibc
import IPAddressing
import KernelObjects
import Netlink

extension ObjectListing {
    /// A route of any table but `local`, which is the kernel's own affair.
    func route(_ body: UnsafeRawBufferPointer) -> LiveObject? {
        guard let attributes = body.attributes(after: MemoryLayout<rtmsg>.size) else { return nil }
        let header = body.loadUnaligned(as: rtmsg.self)
        let table = attributes[Int(RTA_TABLE.rawValue)]?.host32 ?? UInt32(header.rtm_table)
        guard header.rtm_family == UInt8(AF_INET), table != UInt32(RT_TABLE_LOCAL.rawValue),
            // Cached look-ups (exceptions of path MTU) are listed with the routes.
            header.rtm_flags & UInt32(RTM_F_CLONED) == 0
        else { return nil }
        let base = IPv4Address(number: attributes[Int(RTA_DST.rawValue)]?.bigEndian32 ?? 0)
        let destination = CIDRBlock(containing: base, prefixLength: min(32, Int(header.rtm_dst_len)))
        let device = attributes[Int(RTA_OIF.rawValue)]?.host32.map {
            Device(name: names[Int32(bitPattern: $0)] ?? "if\($0)", index: Int32(bitPattern: $0))
        }
        let route = KernelRoute(
            destination, kind: Self.kind(header),
            via: attributes[Int(RTA_GATEWAY.rawValue)]?.bigEndian32.map { IPv4Address(number: $0) }, device: device,
            source: attributes[Int(RTA_PREFSRC.rawValue)]?.bigEndian32.map { IPv4Address(number: $0) }, table: table,
            owner: "")
        let metric = attributes[Int(RTA_PRIORITY.rawValue)]?.host32 ?? 0
        let oddities = Self.oddities(route, header, attributes, metric: metric)
        return LiveObject(
            .route, key: KernelRoute.key("\(destination)", table: table, metric: metric),
            words: ([route.text] + oddities).joined(separator: " "), device: device?.name,
            isKernels: header.rtm_protocol == UInt8(RTPROT_KERNEL), listing: Array(body))
    }

    private static func kind(_ header: rtmsg) -> KernelRoute.Kind {
        switch header.rtm_type {
        case UInt8(RTN_THROW): .throw
        case UInt8(RTN_LOCAL): .local
        case UInt8(RTN_UNREACHABLE): .unreachable
        default: .unicast
        }
    }

    private static let types: [Int32: String] = [
        Int32(RTN_BLACKHOLE): "blackhole", Int32(RTN_PROHIBIT): "prohibit",
    ]

    /// What no route of a plan has, in words, so that a route with it is never taken for a planned one.
    private static func oddities(
        _ route: KernelRoute, _ header: rtmsg, _ attributes: NetlinkAttributes, metric: UInt32
    ) -> [String] {
        var words: [String] = []
        let usual = [UInt8(RTN_UNICAST), UInt8(RTN_THROW), UInt8(RTN_LOCAL), UInt8(RTN_UNREACHABLE)]
        let type = Int32(header.rtm_type)
        if !usual.contains(header.rtm_type) { words.append(types[type] ?? "type \(type)") }
        if route.gateway != nil, header.rtm_flags & UInt32(RTNH_F_ONLINK) == 0 { words.append("not onlink") }
        if metric != 0 { words.append("metric \(metric)") }
        if header.rtm_tos != 0 { words.append("tos \(header.rtm_tos)") }
        if attributes[Int(RTA_MULTIPATH.rawValue)] != nil { words.append("multipath") }
        if attributes[Int(RTA_METRICS.rawValue)] != nil { words.append("metrics") }
        if attributes[Int(RTA_ENCAP.rawValue)] != nil { words.append("encap") }
        return words
    }
}
