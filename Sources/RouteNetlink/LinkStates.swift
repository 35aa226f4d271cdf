import CLibNL
import Glibc
public import Netlink

/// Whether the links of a namespace carry packets yet.
public enum LinkStates {
    /// The names of links that are raised but do not run: their peer is down, or the kernel has not yet switched
    /// their queue on and drops what is sent. Equivalent to looking for links without `state UP` in `ip link`.
    public static func notRunning(_ socket: NetlinkSocket) throws -> [String] {
        try socket.dump(request()) { _, body in notRunning(body) }
    }

    /// The question for all links of a namespace.
    static func request() -> NetlinkBatch {
        var message = [UInt8](repeating: 0, count: 32)
        message.withUnsafeMutableBytes { raw in
            raw.storeBytes(of: UInt32(32), as: UInt32.self)
            raw.storeBytes(of: UInt16(RTM_GETLINK), toByteOffset: 4, as: UInt16.self)
            raw.storeBytes(of: UInt16(NLM_F_DUMP), toByteOffset: 6, as: UInt16.self)
        }
        var request = NetlinkBatch()
        message.withUnsafeBytes { request.append($0, operation: "ip link", subject: "") }
        return request
    }

    /// `struct ifinfomsg`, then attributes. The loopback device never says UP; it has no peer to wait for.
    static func notRunning(_ body: UnsafeRawBufferPointer) -> String? {
        guard body.count >= MemoryLayout<ifinfomsg>.size else { return nil }
        let header = body.loadUnaligned(as: ifinfomsg.self)
        guard header.ifi_flags & UInt32(IFF_LOOPBACK) == 0, header.ifi_flags & UInt32(IFF_UP) != 0 else { return nil }
        let attributes = NetlinkAttributes(
            UnsafeRawBufferPointer(rebasing: body[MemoryLayout<ifinfomsg>.size...]))
        if attributes[Int(IFLA_OPERSTATE)]?.first == UInt8(truncatingIfNeeded: rtnl_link_str2operstate("up")) {
            return nil
        }
        return attributes[Int(IFLA_IFNAME)]?.text ?? "?"
    }
}
