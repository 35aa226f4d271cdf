import Glibc
import IPAddressing

/// A packet that a witness saw pass an interface.
public struct Sighting: Hashable, Sendable, CustomStringConvertible {
    public enum Direction: String, Hashable, Sendable { case incoming, outgoing }

    /// The part of a TCP header that tells packets apart.
    public struct TCP: Hashable, Sendable {
        /// The bits of the header: 1 FIN, 2 SYN, 4 RST, 8 PSH, 16 ACK.
        public let flags: UInt8
        public let sequence: UInt32
        public let acknowledgement: UInt32

        public var isOpening: Bool { flags & 0x12 == 0x02 }
        public var isReset: Bool { flags & 0x04 != 0 }
    }

    /// An ICMP message; an error quotes the packet it is about.
    public struct ICMP: Hashable, Sendable {
        public let type: UInt8
        public let code: UInt8
        /// Of an echo request or reply.
        public let identifier: UInt16
        public let sequence: UInt16
        public let quoted: Quoted?
    }

    /// The addresses in the header that an ICMP error quotes.
    public struct Quoted: Hashable, Sendable {
        public let protocolNumber: UInt8
        public let source: SocketAddress
        public let destination: SocketAddress

        public init(protocolNumber: UInt8, source: SocketAddress, destination: SocketAddress) {
            self.protocolNumber = protocolNumber
            self.source = source
            self.destination = destination
        }
    }

    /// As seen from the witness's namespace: `outgoing` leaves it by the interface.
    public let direction: Direction
    /// The port is 0 where the protocol has none.
    public let source: SocketAddress
    public let destination: SocketAddress
    /// 1 ICMP, 6 TCP, 17 UDP.
    public let protocolNumber: UInt8
    public let timeToLive: UInt8
    /// Of the whole IP packet, in bytes.
    public let length: Int
    public let tcp: TCP?
    public let icmp: ICMP?

    init?(_ bytes: Span<UInt8>, direction: Direction) {
        guard let header = IPv4Header(bytes) else { return nil }
        self.direction = direction
        protocolNumber = header.protocolNumber
        timeToLive = header.timeToLive
        length = Int(header.totalLength)
        // A later fragment has no ports, flags or types: those bytes are data.
        let isFirst = header.fragmentOffset == 0
        (source, destination) = Self.ends(of: header, bytes, withPorts: isFirst)

        if isFirst, header.protocolNumber == ProtocolNumber.tcp, let sequence = bytes.big32(at: header.payload + 4),
            let acknowledgement = bytes.big32(at: header.payload + 8), let flags = bytes.big16(at: header.payload + 12)
        {
            tcp = TCP(flags: UInt8(flags & 0xff), sequence: sequence, acknowledgement: acknowledgement)
        } else {
            tcp = nil
        }
        if isFirst, header.protocolNumber == ProtocolNumber.icmp, let message = ICMPPacket(bytes, at: header.payload) {
            let quoted = message.quoted.map { quoted in
                let (source, destination) = Self.ends(of: quoted, bytes, withPorts: quoted.fragmentOffset == 0)
                return Quoted(protocolNumber: quoted.protocolNumber, source: source, destination: destination)
            }
            icmp = ICMP(
                type: message.type, code: message.code, identifier: message.identifier, sequence: message.sequence,
                quoted: quoted)
        } else {
            icmp = nil
        }
    }

    private static func ends(
        of header: IPv4Header, _ bytes: Span<UInt8>, withPorts: Bool
    ) -> (SocketAddress, SocketAddress) {
        let number = header.protocolNumber
        let hasPorts = withPorts && (number == ProtocolNumber.tcp || number == ProtocolNumber.udp)
        return (
            SocketAddress(
                address: header.source, port: hasPorts ? bytes.big16(at: header.payload) ?? 0 : 0),
            SocketAddress(
                address: header.destination, port: hasPorts ? bytes.big16(at: header.payload + 2) ?? 0 : 0)
        )
    }

    /// One line, as `tcpdump -n` would print it.
    public var description: String {
        var words = direction == .incoming ? "in " : "out "
        switch protocolNumber {
        case ProtocolNumber.tcp:
            words += "TCP \(source) > \(destination)"
            let names: [(UInt8, String)] = [(2, "SYN"), (16, "ACK"), (4, "RST"), (1, "FIN"), (8, "PSH")]
            if let tcp { words += " " + names.filter { tcp.flags & $0.0 != 0 }.map(\.1).joined(separator: ",") }
        case ProtocolNumber.udp: words += "UDP \(source) > \(destination)"
        case ProtocolNumber.icmp:
            words += "ICMP \(source.address) > \(destination.address)"
            if let icmp { words += " \(icmp.type)/\(icmp.code)" }
            if let quoted = icmp?.quoted { words += " about \(quoted.source) > \(quoted.destination)" }
        default: words += "protocol \(protocolNumber) \(source.address) > \(destination.address)"
        }
        return words + " ttl \(timeToLive)"
    }
}
