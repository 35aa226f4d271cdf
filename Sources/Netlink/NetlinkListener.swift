import CNetlabShims
import Glibc
public import LinuxSystem
import Synchronization

/// Hears what the kernel tells everybody in a namespace who has joined a group: `nft monitor`, `conntrack -E`.
public final class NetlinkListener: Sendable {
    private let descriptor: OwnedDescriptor
    private let buffer = Mutex([UInt8](repeating: 0, count: 65_536))

    /// For `poll`: readable when something waits.
    public var raw: Int32 { descriptor.raw }

    /// Listens in the calling thread's namespace from now on.
    /// - Parameters:
    ///   - group: A number of `enum nfnetlink_groups` or `enum rtnetlink_groups`.
    ///   - bufferBytes: Kernel memory for what was not yet drained; a message takes about 1 KiB of it.
    public init(_ family: NetlinkSocket.Family, group: UInt32, bufferBytes: Int = 32 << 20) throws(SystemError) {
        let opened = OwnedDescriptor(
            owning: try systemCall("socket AF_NETLINK") { cnl_netlink_socket(family.number) })
        try systemCall("setsockopt") { cnl_receive_buffer(opened.raw, Int32(clamping: bufferBytes)) }
        try systemCall("setsockopt NETLINK_ADD_MEMBERSHIP") { cnl_netlink_join(opened.raw, group) }
        descriptor = opened
    }

    /// Hands over every message that waits, body only; never waits itself.
    ///
    /// - Returns: Whether the kernel had to throw some away before these because nobody drained in time.
    public func drain(_ body: (_ type: UInt16, _ body: UnsafeRawBufferPointer) throws -> Void) throws -> Bool {
        try buffer.withLock { buffer in
            var hasLost = false
            while true {
                var sender: UInt32 = 0
                let count = buffer.withUnsafeMutableBytes {
                    cnl_netlink_receive(raw, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT), &sender)
                }
                if count < 0 {
                    switch errno {
                    case EINTR: continue
                    case EAGAIN: return hasLost
                    case ENOBUFS: hasLost = true
                    case let code: throw SystemError(call: "recvmsg AF_NETLINK", errno: code)
                    }
                    continue
                }
                // Port 0 is the kernel. What is longer than the buffer is cut, and read as far as it goes.
                guard sender == 0 else { continue }
                try buffer.withUnsafeBytes { raw in
                    let datagram = UnsafeRawBufferPointer(rebasing: raw[..<min(count, raw.count)])
                    try NetlinkMessages.forEach(in: datagram, body)
                }
            }
        }
    }
}

/// The messages of one datagram.
enum NetlinkMessages {
    static func forEach(
        in datagram: UnsafeRawBufferPointer, _ body: (UInt16, UnsafeRawBufferPointer) throws -> Void
    ) rethrows {
        var offset = 0
        while let header = NetlinkHeader(datagram, at: offset) {
            let message = datagram[offset + NetlinkHeader.size..<offset + header.length]
            try body(header.type, UnsafeRawBufferPointer(rebasing: message))
            offset += (header.length + 3) & ~3
        }
    }
}
