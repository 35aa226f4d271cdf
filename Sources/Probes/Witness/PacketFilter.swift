import CNetlabShims
import Glibc
public import IPAddressing

/// Which IPv4 packets a witness wants to see. Everything that is set must hold.
///
/// Equivalent to a `tcpdump` expression: `ip and tcp and host A and port P and tcp[tcpflags] & (syn|ack) == syn`.
public struct PacketFilter: Hashable, Sendable {
    /// 1 ICMP, 6 TCP, 17 UDP.
    public var protocolNumber: UInt8?
    /// The source or the destination.
    public var host: IPv4Address?
    /// The source or the destination port of TCP and UDP; packets without ports do not pass.
    public var port: UInt16?
    /// Only packets that open a TCP connection: SYN without ACK.
    public var onlyOpening: Bool

    public init(
        protocolNumber: UInt8? = nil, host: IPv4Address? = nil, port: UInt16? = nil, onlyOpening: Bool = false
    ) {
        self.protocolNumber = protocolNumber
        self.host = host
        self.port = port
        self.onlyOpening = onlyOpening
    }

    public static let icmp = PacketFilter(protocolNumber: ProtocolNumber.icmp)
    public static let tcp = PacketFilter(protocolNumber: ProtocolNumber.tcp)
    public static let udp = PacketFilter(protocolNumber: ProtocolNumber.udp)

    /// The program for a packet that begins with its IP header.
    var program: PacketProgram {
        var program = PacketProgram()
        // ld proto; jne #ETH_P_IP, drop — a packet socket for all protocols also hears ARP and IPv6.
        program.load(half: PacketProgram.linkProtocol)
        program.require(equal: UInt32(ETH_P_IP))
        if let protocolNumber = onlyOpening ? ProtocolNumber.tcp : protocolNumber {
            program.load(byte: 9)
            program.require(equal: UInt32(protocolNumber))
        }
        if let host {
            program.load(word: 12)
            program.skip(1 + 1, ifEqual: host.number)
            program.load(word: 16)
            program.require(equal: host.number)
        }
        if onlyOpening || port != nil {
            // Only the first fragment has the ports.
            program.load(half: 6)
            program.require(noneOf: 0x1fff)
        }
        if let port {
            // The same bytes mean other things elsewhere.
            if !onlyOpening, protocolNumber != ProtocolNumber.tcp, protocolNumber != ProtocolNumber.udp {
                program.load(byte: 9)
                program.skip(1, ifEqual: UInt32(ProtocolNumber.tcp))
                program.require(equal: UInt32(ProtocolNumber.udp))
            }
            program.loadHeaderLength(at: 0)
            program.load(halfAfterHeader: 0)
            program.skip(1 + 1, ifEqual: UInt32(port))
            program.load(halfAfterHeader: 2)
            program.require(equal: UInt32(port))
        }
        if onlyOpening {
            program.loadHeaderLength(at: 0)
            program.load(byteAfterHeader: 13)
            program.mask(0x12)
            program.require(equal: 0x02)
        }
        program.finish()
        return program
    }
}
