import CLibNL
import Glibc
public import KernelObjects
public import Netlink

/// Reads what a namespace has. Equivalent to `ip -d link; ip address; ip route show table all; ip rule; ip neighbor`.
public enum LiveReader {
    /// Links, addresses, routes, rules, permanent neighbours, and the settings that belong to an interface.
    ///
    /// Settings of the whole namespace are files; who stands inside reads them.
    public static func read(_ socket: NetlinkSocket) throws -> LiveNode {
        let links = try dump(socket, RTM_GETLINK, "ip link", LinkListing.init)
        let names = Dictionary(links.map { ($0.link.device.index, $0.link.device.name) }) { first, _ in first }
        let lister = ObjectListing(names: names)
        var objects = links.flatMap(\.objects)
        objects += try dump(socket, RTM_GETADDR, "ip address", lister.address)
        objects += try dump(socket, RTM_GETNEIGH, "ip neighbor", lister.neighbor)
        objects += try dump(socket, RTM_GETNEIGHTBL, "ip ntable", lister.proxyDelay)
        objects += try dump(socket, RTM_GETROUTE, "ip route show table all", lister.route)
        objects += try dump(socket, RTM_GETRULE, "ip rule", lister.rule)
        return LiveNode(links: links.map(\.link), objects: objects)
    }

    /// Every list of IPv4 is asked for with a header of the list's own kind, all zero but the family.
    private static func dump<Item>(
        _ socket: NetlinkSocket, _ type: Int, _ operation: String, _ parse: (UnsafeRawBufferPointer) -> Item?
    ) throws -> [Item] {
        let body = bodySize(type)
        var message = [UInt8](repeating: 0, count: 16 + body)
        message.withUnsafeMutableBytes { raw in
            raw.storeBytes(of: UInt32(raw.count), as: UInt32.self)
            raw.storeBytes(of: UInt16(type), toByteOffset: 4, as: UInt16.self)
            raw.storeBytes(of: UInt16(NLM_F_DUMP), toByteOffset: 6, as: UInt16.self)
            raw[16] = type == RTM_GETLINK ? 0 : UInt8(AF_INET)
        }
        var request = NetlinkBatch()
        message.withUnsafeBytes { request.append($0, operation: operation, subject: "") }
        return try socket.dump(request) { _, body in parse(body) }
    }

    private static func bodySize(_ type: Int) -> Int {
        switch type {
        case RTM_GETLINK: MemoryLayout<ifinfomsg>.size
        case RTM_GETADDR: MemoryLayout<ifaddrmsg>.size
        case RTM_GETNEIGH: MemoryLayout<ndmsg>.size
        case RTM_GETNEIGHTBL: MemoryLayout<ndtmsg>.size
        case RTM_GETRULE: MemoryLayout<fib_rule_hdr>.size
        default: MemoryLayout<rtmsg>.size
        }
    }
}

extension UnsafeRawBufferPointer {
    /// The attributes after a header of `size` bytes.
    func attributes(after size: Int) -> NetlinkAttributes? {
        count < size ? nil : NetlinkAttributes(UnsafeRawBufferPointer(rebasing: self[((size + 3) & ~3)...]))
    }

    /// A number in the machine's own byte order, as rtnetlink sends them.
    var host32: UInt32? { count >= 4 ? loadUnaligned(as: UInt32.self) : nil }
    var host64: UInt64? { count >= 8 ? loadUnaligned(as: UInt64.self) : nil }
}
