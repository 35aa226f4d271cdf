import CNetlabShims
import Glibc
import IPAddressing

/// Big-endian reads that cannot run past the end.
extension Span where Element == UInt8 {
    func big16(at offset: Int) -> UInt16? {
        guard offset >= 0, offset + 2 <= count else { return nil }
        return UInt16(self[offset]) << 8 | UInt16(self[offset + 1])
    }

    func big32(at offset: Int) -> UInt32? {
        guard let high = big16(at: offset), let low = big16(at: offset + 2) else { return nil }
        return UInt32(high) << 16 | UInt32(low)
    }

    func equal(_ other: [UInt8], at offset: Int) -> Bool {
        guard offset >= 0, offset + other.count <= count else { return false }
        for index in other.indices where self[offset + index] != other[index] { return false }
        return true
    }
}

/// The protocol numbers probes send. RFC 790.
enum ProtocolNumber {
    static let icmp = UInt8(IPPROTO_ICMP)
    static let tcp = UInt8(IPPROTO_TCP)
    static let udp = UInt8(IPPROTO_UDP)
}

/// What an IPv4 header says, and where its payload begins.
struct IPv4Header {
    let source: IPv4Address
    let destination: IPv4Address
    let protocolNumber: UInt8
    let timeToLive: UInt8
    let totalLength: UInt16
    /// In bytes from the start of the packet; the first fragment has 0.
    let fragmentOffset: Int
    /// Offset of the payload in the span it was read from.
    let payload: Int

    /// Reads the header at an offset; `nil` if it is cut short or no IPv4.
    init?(_ bytes: Span<UInt8>, at offset: Int = 0) {
        guard offset >= 0, offset + 20 <= bytes.count, bytes[offset] >> 4 == 4 else { return nil }
        let length = Int(bytes[offset] & 15) * 4
        guard length >= 20, let total = bytes.big16(at: offset + 2), let fragment = bytes.big16(at: offset + 6),
            let source = bytes.big32(at: offset + 12), let destination = bytes.big32(at: offset + 16)
        else { return nil }
        self.source = IPv4Address(number: source)
        self.destination = IPv4Address(number: destination)
        protocolNumber = bytes[offset + 9]
        timeToLive = bytes[offset + 8]
        totalLength = total
        fragmentOffset = Int(fragment & 0x1fff) * 8
        payload = offset + length
    }
}

/// An ICMP message as it came, with the header it quotes if it is an error. RFC 792.
struct ICMPPacket {
    /// ICMP types by the names of <netinet/ip_icmp.h>.
    static let echoReply: UInt8 = UInt8(ICMP_ECHOREPLY)
    static let unreachable: UInt8 = UInt8(ICMP_DEST_UNREACH)
    static let echoRequest: UInt8 = UInt8(ICMP_ECHO)
    static let timeExceeded: UInt8 = UInt8(ICMP_TIME_EXCEEDED)
    static let parameterProblem: UInt8 = UInt8(ICMP_PARAMETERPROB)

    let type: UInt8
    let code: UInt8
    /// Of an echo request or reply.
    let identifier: UInt16
    let sequence: UInt16
    /// Where the bytes after the eight of the header begin.
    let body: Int
    /// The header of the packet an error is about; its `payload` holds at least the first eight bytes of the rest.
    let quoted: IPv4Header?

    init?(_ bytes: Span<UInt8>, at offset: Int) {
        guard let identifier = bytes.big16(at: offset + 4), let sequence = bytes.big16(at: offset + 6) else {
            return nil
        }
        type = bytes[offset]
        code = bytes[offset + 1]
        self.identifier = identifier
        self.sequence = sequence
        body = offset + 8
        quoted = ICMPPacket.isError(type) ? IPv4Header(bytes, at: offset + 8) : nil
    }

    static func isError(_ type: UInt8) -> Bool {
        type == unreachable || type == timeExceeded || type == parameterProblem
    }

    /// An echo request with its checksum.
    static func request(identifier: UInt16, sequence: UInt16, payload: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = [echoRequest, 0, 0, 0] + identifier.bigEndianBytes + sequence.bigEndianBytes + payload
        let sum = internetChecksum(bytes)
        bytes[2] = UInt8(sum >> 8)
        bytes[3] = UInt8(sum & 255)
        return bytes
    }
}

extension FixedWidthInteger {
    /// The bytes in network order.
    var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}

/// The ones' complement sum of RFC 1071, ready to be written big-endian.
func internetChecksum(_ bytes: [UInt8]) -> UInt16 {
    var sum: UInt32 = 0
    for index in stride(from: 0, to: bytes.count, by: 2) {
        sum += UInt32(bytes[index]) << 8 | (index + 1 < bytes.count ? UInt32(bytes[index + 1]) : 0)
    }
    while sum >> 16 != 0 { sum = sum & 0xffff + sum >> 16 }
    return ~UInt16(sum)
}

/// Bytes nobody can guess: they tell our own packets from all others.
func randomToken(_ count: Int = 16) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
}
