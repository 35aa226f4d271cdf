/// Attributes of a netlink message (`struct nlattr`): a length, a type, a payload, padded to four bytes.
public struct NetlinkAttributes: Sequence {
    /// One attribute; the payload is only valid inside the closure that lent the bytes.
    public struct Attribute {
        /// Without the nested and byte-order bits.
        public let type: UInt16
        public let payload: UnsafeRawBufferPointer
    }

    private let bytes: UnsafeRawBufferPointer

    /// Reads whatever is well formed and stops at the first thing that is not.
    public init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    public func makeIterator() -> AnyIterator<Attribute> {
        var offset = 0
        return AnyIterator {
            guard bytes.count - offset >= 4 else { return nil }
            let length = Int(bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
            let type = bytes.loadUnaligned(fromByteOffset: offset + 2, as: UInt16.self) & 0x3fff
            guard length >= 4, length <= bytes.count - offset else { return nil }
            defer { offset += (length + 3) & ~3 }
            return Attribute(type: type, payload: UnsafeRawBufferPointer(rebasing: bytes[offset + 4..<offset + length]))
        }
    }

    /// The payload of the first attribute of that type.
    public subscript(type: Int) -> UnsafeRawBufferPointer? {
        first { Int($0.type) == type }?.payload
    }
}

extension UnsafeRawBufferPointer {
    /// A 32-bit number in network byte order, as nfnetlink sends them.
    public var bigEndian32: UInt32? {
        count >= 4 ? UInt32(bigEndian: loadUnaligned(as: UInt32.self)) : nil
    }

    /// A 64-bit number in network byte order.
    public var bigEndian64: UInt64? {
        count >= 8 ? UInt64(bigEndian: loadUnaligned(as: UInt64.self)) : nil
    }

    /// A 16-bit number in network byte order.
    public var bigEndian16: UInt16? {
        count >= 2 ? UInt16(bigEndian: loadUnaligned(as: UInt16.self)) : nil
    }

    /// Text up to the first NUL.
    public var text: String { String(decoding: prefix { $0 != 0 }, as: UTF8.self) }
}
