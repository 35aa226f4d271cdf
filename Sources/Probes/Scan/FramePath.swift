import CNetlabShims
import Glibc
import IPAddressing
import LinuxSystem

/// The way of a scanner's packets past its own kernel's IP layer: frames to the next hop, a sixth of the cost less.
///
/// Only for many TCP questions to one address, and only where it makes no difference: in a namespace with no packet
/// rules of its own (a trace's are some, too). Captures and queueing disciplines see frames as they see packets.
final class FramePath {
    /// Ethernet and IP.
    static let headerSize = 34
    /// From so many questions to one address on it pays to ask for the way.
    static let worthwhile = 256

    /// Sends, and hears nothing.
    let sender: ProbeSocket
    private let routes: OwnedDescriptor

    /// Opens the sockets; to be called on a thread inside the namespace. `nil` where packets are the kernel's to send.
    static func open() -> (sender: Int32, routes: Int32)? {
        guard cnl_has_packet_rules() == 0 else { return nil }
        do {
            let sender = try OwnedDescriptor(socket: AF_PACKET, socketRaw | socketNonBlocking, 0)
            let routes = try systemCall("socket") { cnl_netlink_socket(cnl_netlink_route) }
            return (sender.release(), routes)
        } catch {
            return nil
        }
    }

    /// Takes over what `open` opened.
    init(owning sockets: (sender: Int32, routes: Int32)) {
        sender = ProbeSocket(OwnedDescriptor(owning: sockets.sender))
        routes = OwnedDescriptor(owning: sockets.routes)
    }

    /// The headers of TCP packets of that size to an address, with the sender bound to their interface; `nil` where the
    /// kernel must send, or while it does not know the next hop's MAC.
    func headers(to address: UInt32, from source: UInt32, size: Int) -> [UInt8]? {
        var path = cnl_frame_path()
        guard cnl_find_frame_path(routes.raw, address.bigEndian, &path) == 1 else { return nil }
        guard UInt32(bigEndian: path.source) == source else { return nil }
        guard cnl_bind_sender(sender.descriptor.raw, path.interface) == 0 else { return nil }
        let ethernet = withUnsafeBytes(of: path.header) { Array($0) }
        return ethernet + Self.header(from: source, to: address, size: size)
    }

    /// An IP header as the kernel writes it for a raw socket: time to live 64, not to be fragmented, and so no number.
    static func header(from source: UInt32, to destination: UInt32, size: Int) -> [UInt8] {
        let length = UInt16(20 + size)
        let lifeAndProtocol: UInt16 = 0x4000 + UInt16(ProtocolNumber.tcp)
        var words: [UInt16] = [0x4500, length, 0, 0x4000, lifeAndProtocol, 0]
        for address in [source, destination] {
            words.append(UInt16(address >> 16))
            words.append(UInt16(truncatingIfNeeded: address))
        }
        var sum: UInt32 = 0
        for word in words { sum += UInt32(word) }
        words[5] = ProbeWriter.fold(sum)
        return words.flatMap { $0.bigEndianBytes }
    }
}
