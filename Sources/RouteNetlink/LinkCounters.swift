import CLibNL
import Glibc
public import Netlink

/// What a link has carried since it was made, as `ip -s link` shows it.
public struct LinkCounters: Hashable, Sendable {
    public let name: String
    public let receivedPackets: UInt64
    public let sentPackets: UInt64
    public let receivedBytes: UInt64
    public let sentBytes: UInt64

    /// The counters of every link of the socket's namespace.
    public static func all(_ socket: NetlinkSocket) throws -> [LinkCounters] {
        try socket.dump(LinkStates.request()) { _, body in LinkCounters(body) }
    }

    /// `struct ifinfomsg`, then attributes; `IFLA_STATS64` is a `struct rtnl_link_stats64`, which begins with packets
    /// received and sent, then bytes received and sent.
    init?(_ body: UnsafeRawBufferPointer) {
        guard body.count >= MemoryLayout<ifinfomsg>.size else { return nil }
        let attributes = NetlinkAttributes(
            UnsafeRawBufferPointer(rebasing: body[MemoryLayout<ifinfomsg>.size...]))
        guard let name = attributes[Int(IFLA_IFNAME)]?.text, let stats = attributes[Int(IFLA_STATS64)],
            stats.count >= 4 * MemoryLayout<UInt64>.size
        else { return nil }
        self.name = name
        let values = (0..<4).map { stats.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self) }
        (receivedPackets, sentPackets, receivedBytes, sentBytes) = (values[0], values[1], values[2], values[3])
    }
}
