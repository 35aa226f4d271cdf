import Glibc
import IPAddressing
import LinuxSystem
import Namespaces

/// The source address the namespace's routes give a packet to there; `nil` if there is no route.
///
/// Equivalent to `ip route get ADDRESS`.
func sourceAddress(in namespace: NetworkNamespace, towards target: IPv4Address) throws -> IPv4Address? {
    let socket = try ProbeSocket(in: namespace, socketDatagram)
    return try socket.sourceAddress(towards: target)
}

extension ProbeSocket {
    /// For a UDP socket: connecting it sends nothing and looks up the route.
    func sourceAddress(towards target: IPv4Address) throws(SystemError) -> IPv4Address? {
        // A connected socket keeps its source, so it is disconnected first. Port 9 is discard; any would do.
        try disconnect()
        guard connect(to: SocketAddress(address: target, port: 9)) == 0 else { return nil }
        return try localAddress().address
    }

    /// Forgets the peer and the source that came with it.
    func disconnect() throws(SystemError) {
        var unspecified = sockaddr()
        unspecified.sa_family = sa_family_t(AF_UNSPEC)
        try systemCall("connect") {
            Glibc.connect(descriptor.raw, &unspecified, socklen_t(MemoryLayout<sockaddr>.size))
        }
    }
}
