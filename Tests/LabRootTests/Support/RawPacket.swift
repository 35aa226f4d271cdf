import Glibc
import IPAddressing
import LinuxSystem
import Namespaces

/// One IPv4 packet with a header of our choice: another's address, another protocol, a fragment. RFC 791.
///
/// Equivalent to a line of `nping --send-ip`, but for any protocol.
struct RawPacket {
    let destination: IPv4Address
    fileprivate let bytes: [UInt8]

    /// The kernel writes length and checksum, and the sender's own address where `source` is 0.0.0.0.
    ///
    /// - Parameter fragment: The 16 bits of flags and offset; 0x2000 says that more fragments follow.
    init(
        _ protocolNumber: UInt8, from source: IPv4Address = IPv4Address(0, 0, 0, 0), to destination: IPv4Address,
        payload: [UInt8] = [UInt8](repeating: 0, count: 24), fragment: UInt16 = 0
    ) {
        self.destination = destination
        let head: [UInt8] = [
            0x45, 0, 0, 0, 0, 77, UInt8(fragment >> 8), UInt8(fragment & 0xff), 64, protocolNumber, 0, 0,
        ]
        bytes = head + source.bytes + destination.bytes + payload
    }

    /// A datagram without a checksum, which UDP allows. RFC 768.
    static func udp(from port: UInt16, to destination: IPv4Address, port destinationPort: UInt16) -> RawPacket {
        RawPacket(17, to: destination, payload: port.big + destinationPort.big + UInt16(8).big + [0, 0])
    }

    /// The first part of a TCP segment: ports, numbers, flags; no options, and a checksum that nobody on the way reads.
    static func tcpHeader(from port: UInt16, to destinationPort: UInt16, flags: UInt8) -> [UInt8] {
        port.big + destinationPort.big + [0, 0, 0, 1, 0, 0, 0, 1, 0x50, flags, 4, 0, 0, 0, 0, 0]
    }
}

extension UInt16 {
    fileprivate var big: [UInt8] { [UInt8(self >> 8), UInt8(self & 0xff)] }
}

/// A socket that sends packets as they are, from within a namespace.
final class RawSender {
    private let socket: OwnedDescriptor

    init(in namespace: NetworkNamespace) throws {
        let raw = try namespace.run { try OwnedDescriptor(socket: AF_INET, socketRaw, Int32(IPPROTO_RAW)).release() }
        socket = OwnedDescriptor(owning: raw)
    }

    func send(_ packet: RawPacket) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = packet.destination.number.bigEndian
        try systemCall("sendto", packet.destination.description) {
            withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    sendto(
                        socket.raw, packet.bytes, packet.bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
    }
}
