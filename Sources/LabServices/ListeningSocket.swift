import Glibc
public import IPAddressing
public import LinuxSystem

/// Opens the sockets that `LabServer` adopts.
public enum ListeningSocket {
    /// How many finished handshakes wait for us; a port scan of a busy node must not overflow it.
    static let backlog: Int32 = 4096

    /// A bound (and, for streams, listening) non-blocking socket in the calling thread's namespace.
    ///
    /// Only system calls, so it may run on a thread inside a namespace. The address need not exist yet. Without
    /// one the socket takes every address of the node.
    public static func open(
        _ kind: SocketKind, port: UInt16, address: IPv4Address? = nil
    ) throws(SystemError) -> OwnedDescriptor {
        let type = kind == .udp ? socketDatagram : socketStream
        let socket = try OwnedDescriptor(socket: AF_INET, type | socketNonBlocking)
        let subject = "\(address?.description ?? "*"):\(port)"
        if kind != .udp {
            // Not for datagrams: there it would let a second server of the same port take the first one's traffic.
            try set(SO_REUSEADDR, level: SOL_SOCKET, on: socket.raw, subject)
        }
        try set(IP_FREEBIND, level: Int32(IPPROTO_IP), on: socket.raw, subject)

        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        name.sin_addr.s_addr = (address?.number ?? 0).bigEndian
        try systemCall("bind", subject) {
            withUnsafePointer(to: &name) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(socket.raw, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
        if kind != .udp {
            try systemCall("listen", subject) { listen(socket.raw, backlog) }
        }
        return socket
    }

    /// The port a socket is bound to; of use when it was opened with port 0.
    public static func port(of socket: Int32) throws(SystemError) -> UInt16 {
        var name = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try systemCall("getsockname") {
            withUnsafeMutablePointer(to: &name) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) }
            }
        }
        return UInt16(bigEndian: name.sin_port)
    }

    private static func set(
        _ option: Int32, level: Int32, on socket: Int32, _ subject: String
    ) throws(SystemError) {
        var one: Int32 = 1
        try systemCall("setsockopt", subject) {
            setsockopt(socket, level, option, &one, socklen_t(MemoryLayout<Int32>.size))
        }
    }
}
