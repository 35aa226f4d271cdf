/// Writes pcapng (draft-ietf-opsawg-pcapng): what Wireshark, tcpdump and tshark read.
///
/// Little endian, nanoseconds. The caller appends the bytes wherever they go.
public struct PcapngWriter: Sendable {
    /// Where packets were seen.
    public struct Interface: Hashable, Sendable {
        /// `app:eth0`.
        public let name: String
        public let description: String
        /// The filter in words; empty without one.
        public let filter: String

        public init(name: String, description: String, filter: String = "") {
            self.name = name
            self.description = description
            self.filter = filter
        }
    }

    /// One frame with its Ethernet header.
    public struct Frame: Hashable, Sendable {
        /// The place of its interface in the list the file began with.
        public var interface: Int
        /// Nanoseconds since 1970.
        public var time: Int64
        /// It left the namespace by the interface; else it came.
        public var isOutgoing: Bool
        public var bytes: [UInt8]
        /// What it was on the wire, in bytes.
        public var originalLength: Int
        public var comment: String

        public init(
            interface: Int, time: Int64, isOutgoing: Bool, bytes: [UInt8], originalLength: Int, comment: String = ""
        ) {
            self.interface = interface
            self.time = time
            self.isOutgoing = isOutgoing
            self.bytes = bytes
            self.originalLength = originalLength
            self.comment = comment
        }
    }

    /// LINKTYPE_ETHERNET.
    private static let ethernet: UInt16 = 1
    /// At most so much of a frame is kept, in bytes.
    public static let snapLength = 262_144

    private enum Block {
        static let sectionHeader: UInt32 = 0x0a0d_0d0a
        static let interface: UInt32 = 1
        static let statistics: UInt32 = 5
        static let packet: UInt32 = 6
    }

    /// The head of a file: one section, all interfaces.
    public static func head(comment: String, application: String, interfaces: [Interface]) -> [UInt8] {
        // Byte order magic, version 1.0, length unknown.
        let magic = le(UInt32(0x1a2b_3c4d)) + le(UInt16(1)) + le(UInt16(0)) + le(UInt64.max)
        var bytes = block(
            Block.sectionHeader, magic + options([(1, Array(comment.utf8)), (4, Array(application.utf8))]))
        for interface in interfaces {
            let body = le(ethernet) + le(UInt16(0)) + le(UInt32(snapLength))
            bytes += block(
                Block.interface,
                body
                    + options([
                        (2, Array(interface.name.utf8)), (3, Array(interface.description.utf8)),
                        // Time is counted in units of 10⁻⁹ seconds.
                        (9, [9]),
                        // The filter as text, after a byte that says so.
                        (11, interface.filter.isEmpty ? [] : [0] + Array(interface.filter.utf8)),
                    ]))
        }
        return bytes
    }

    public static func packet(_ frame: Frame) -> [UInt8] {
        let time = UInt64(bitPattern: frame.time)
        let kept = frame.bytes.prefix(snapLength)
        let head =
            le(UInt32(frame.interface)) + le(UInt32(truncatingIfNeeded: time >> 32))
            + le(UInt32(truncatingIfNeeded: time)) + le(UInt32(kept.count)) + le(UInt32(frame.originalLength))
        // Flags: 1 came in, 2 went out.
        let flags = le(UInt32(frame.isOutgoing ? 2 : 1))
        return block(
            Block.packet, head + padded(Array(kept)) + options([(1, Array(frame.comment.utf8)), (2, flags)]))
    }

    /// At the end: what each interface saw and lost.
    public static func statistics(interface: Int, time: Int64, received: UInt64, dropped: UInt64) -> [UInt8] {
        let time = UInt64(bitPattern: time)
        let head =
            le(UInt32(interface)) + le(UInt32(truncatingIfNeeded: time >> 32)) + le(UInt32(truncatingIfNeeded: time))
        return block(Block.statistics, head + options([(4, le(received)), (5, le(dropped))]))
    }

    /// Type, length, body, length.
    private static func block(_ type: UInt32, _ body: [UInt8]) -> [UInt8] {
        let length = UInt32(body.count + 12)
        return le(type) + le(length) + body + le(length)
    }

    /// Empty ones are left out; the list ends with an end-of-options.
    private static func options(_ list: [(UInt16, [UInt8])]) -> [UInt8] {
        let present = list.filter { !$0.1.isEmpty }
        guard !present.isEmpty else { return [] }
        return present.flatMap { code, value in
            let value = Array(value.prefix(Int(UInt16.max)))
            return le(code) + le(UInt16(value.count)) + padded(value)
        } + [0, 0, 0, 0]
    }

    private static func padded(_ bytes: [UInt8]) -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: (4 - bytes.count & 3) & 3)
    }

    private static func le(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }
}
