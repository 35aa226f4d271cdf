import Glibc
import IPAddressing

/// Writes the packets of a scan: what differs from one to the next, over a template.
struct ProbeWriter {
    private let kind: ScanLane.Kind
    private let secret: UInt32
    /// The checksum's sum over all that does not differ, pseudo header included.
    private let baseSum: UInt32

    init(_ kind: ScanLane.Kind, template: [UInt8], source: UInt32, destination: UInt32, secret: UInt32) {
        self.kind = kind
        self.secret = secret
        var sum: UInt32 = 0
        for offset in stride(from: 0, to: template.count - 1, by: 2) {
            sum += UInt32(template[offset]) << 8 | UInt32(template[offset + 1])
        }
        if kind == .tcp {
            sum += source >> 16 + source & 0xffff + destination >> 16 + destination & 0xffff
            sum += UInt32(ProtocolNumber.tcp) + UInt32(template.count)
        }
        baseSum = sum
    }

    /// What all packets of a lane have in common. Fields a packet fills in are zero. Network byte order.
    static func template(_ kind: ScanLane.Kind, mark: UInt16, secret: UInt32) -> [UInt8] {
        switch kind {
        case .tcp:
            // source, destination, sequence, acknowledgement, 6 words + SYN, window 1024, checksum, urgent, MSS 1460
            mark.bigEndianBytes + [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x60, 0x02, 4, 0, 0, 0, 0, 0, 2, 4, 0x05, 0xb4]
        case .udp:
            // A DNS question for the root's name servers: DNS servers answer it, echo servers answer anything.
            UInt16(truncatingIfNeeded: secret).bigEndianBytes + [1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1]
        case .echo:
            // type, code, checksum, identifier, sequence, then our index and the secret
            [ICMPPacket.echoRequest, 0, 0, 0] + mark.bigEndianBytes + [0, 0, 0, 0, 0, 0] + secret.bigEndianBytes
        }
    }

    /// The kernel writes UDP's header, so its socket needs the port; a raw socket must have none.
    var usesSocketPort: Bool { kind == .udp }

    /// The sequence number of a SYN.
    static func sequence(_ index: Int, secret: UInt32) -> UInt32 { secret ^ UInt32(truncatingIfNeeded: index) }

    func write(_ index: Int, port: UInt16, into packet: UnsafeMutableRawBufferPointer) {
        switch kind {
        case .tcp:
            let sequence = Self.sequence(index, secret: secret)
            packet.storeBytes(of: port.bigEndian, toByteOffset: 2, as: UInt16.self)
            packet.storeBytes(of: sequence.bigEndian, toByteOffset: 4, as: UInt32.self)
            let checksum = Self.fold(baseSum + UInt32(port) + sequence >> 16 + sequence & 0xffff)
            packet.storeBytes(of: checksum.bigEndian, toByteOffset: 16, as: UInt16.self)
        case .udp:
            break
        case .echo:
            let number = UInt32(truncatingIfNeeded: index)
            let sequence = UInt16(truncatingIfNeeded: index)
            packet.storeBytes(of: sequence.bigEndian, toByteOffset: 6, as: UInt16.self)
            packet.storeBytes(of: number.bigEndian, toByteOffset: 8, as: UInt32.self)
            let checksum = Self.fold(baseSum + UInt32(sequence) + number >> 16 + number & 0xffff)
            packet.storeBytes(of: checksum.bigEndian, toByteOffset: 2, as: UInt16.self)
        }
    }

    /// The Internet checksum of a sum of words.
    static func fold(_ sum: UInt32) -> UInt16 {
        var sum = sum
        while sum >> 16 != 0 { sum = sum & 0xffff + sum >> 16 }
        return ~UInt16(sum)
    }
}
