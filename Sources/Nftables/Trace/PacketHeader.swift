public import IPAddressing

/// The part of a packet that tells it from others, read from its IP header and what follows.
public struct PacketHeader: Hashable, Sendable, CustomStringConvertible {
    public var source: IPv4Address
    public var destination: IPv4Address
    /// 1 ICMP, 6 TCP, 17 UDP.
    public var protocolNumber: UInt8
    /// Ports of TCP and UDP, 0 elsewhere.
    public var sourcePort: UInt16 = 0
    public var destinationPort: UInt16 = 0
    /// The IP header's own number, which no hop changes.
    public var identification: UInt16
    public var timeToLive: UInt8
    /// Of the whole IP packet, in bytes.
    public var length: Int
    /// In bytes; 0 in the first fragment and in whole packets.
    public var fragmentOffset: Int
    /// The bits of the TCP header: 1 FIN, 2 SYN, 4 RST, 8 PSH, 16 ACK.
    public var tcpFlags: UInt8 = 0
    public var tcpSequence: UInt32 = 0
    public var icmpType: UInt8 = 0
    public var icmpCode: UInt8 = 0
    /// Of an echo request or reply.
    public var icmpIdentifier: UInt16 = 0
    public var icmpSequence: UInt16 = 0

    public init(
        source: IPv4Address, destination: IPv4Address, protocolNumber: UInt8, identification: UInt16 = 0,
        timeToLive: UInt8 = 64, length: Int = 60, fragmentOffset: Int = 0
    ) {
        self.source = source
        self.destination = destination
        self.protocolNumber = protocolNumber
        self.identification = identification
        self.timeToLive = timeToLive
        self.length = length
        self.fragmentOffset = fragmentOffset
    }

    /// Reads what the kernel sends of a traced packet; `nil` if it is no whole IPv4 header.
    public init?(network: some Collection<UInt8>, transport: some Collection<UInt8>) {
        let ip = Array(network)
        guard ip.count >= 20, ip[0] >> 4 == 4 else { return nil }
        self.init(
            source: IPv4Address(ip[12], ip[13], ip[14], ip[15]),
            destination: IPv4Address(ip[16], ip[17], ip[18], ip[19]), protocolNumber: ip[9],
            identification: ip.big16(4), timeToLive: ip[8], length: Int(ip.big16(2)),
            fragmentOffset: Int(ip.big16(6) & 0x1fff) * 8)
        let layer = Array(transport)
        // The bytes of a later fragment are data.
        guard fragmentOffset == 0 else { return }
        switch protocolNumber {
        case 6, 17:
            guard layer.count >= 4 else { return }
            sourcePort = layer.big16(0)
            destinationPort = layer.big16(2)
            guard protocolNumber == 6, layer.count >= 14 else { return }
            tcpSequence = UInt32(layer.big16(4)) << 16 | UInt32(layer.big16(6))
            tcpFlags = layer[13]
        case 1:
            guard layer.count >= 8 else { return }
            icmpType = layer[0]
            icmpCode = layer[1]
            icmpIdentifier = layer.big16(4)
            icmpSequence = layer.big16(6)
        default: break
        }
    }

    /// `10.0.1.10:40000`, without the port where there is none.
    public var sourceText: String { sourcePort == 0 ? "\(source)" : "\(source):\(sourcePort)" }
    public var destinationText: String { destinationPort == 0 ? "\(destination)" : "\(destination):\(destinationPort)" }

    /// `tcp`, `udp`, `icmp`, or the number.
    public var protocolName: String {
        switch protocolNumber {
        case 1: "icmp"
        case 6: "tcp"
        case 17: "udp"
        default: "protocol \(protocolNumber)"
        }
    }

    /// What kind of packet of its protocol it is: `SYN,ACK`, `echo request`.
    public var kind: String {
        switch protocolNumber {
        case 6:
            let names: [(UInt8, String)] = [(2, "SYN"), (1, "FIN"), (4, "RST"), (8, "PSH"), (16, "ACK")]
            return names.filter { tcpFlags & $0.0 != 0 }.map(\.1).joined(separator: ",")
        case 1:
            switch icmpType {
            case 0: return "echo reply"
            case 3: return "unreachable \(icmpCode)"
            case 8: return "echo request"
            case 11: return "time exceeded"
            default: return "type \(icmpType) code \(icmpCode)"
            }
        default: return ""
        }
    }

    /// `tcp 10.0.1.10:40000 > 198.51.100.40:80 SYN`.
    public var description: String {
        let ends = "\(protocolName) \(sourceText) > \(destinationText)"
        return kind.isEmpty ? ends : "\(ends) \(kind)"
    }
}

extension Array where Element == UInt8 {
    /// Two bytes in network order; the caller has counted.
    fileprivate func big16(_ offset: Int) -> UInt16 { UInt16(self[offset]) << 8 | UInt16(self[offset + 1]) }
}
