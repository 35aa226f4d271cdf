import IPAddressing
import NIOCore

/// The other end of a connection as the server sees it, after every translation on the way.
struct Peer: Sendable, CustomStringConvertible {
    var address: IPv4Address
    var port: UInt16

    init(address: IPv4Address, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// `nil` for anything but IPv4.
    init?(_ socketAddress: SocketAddress?) {
        guard let socketAddress, let address = socketAddress.ipAddress.flatMap({ IPv4Address($0) }) else { return nil }
        self.init(address: address, port: UInt16(clamping: socketAddress.port ?? 0))
    }

    var description: String { "\(address):\(port)" }
}
