import CNetlabShims

/// `struct nlmsghdr`: 16 bytes, host byte order.
public struct NetlinkHeader: Hashable, Sendable {
    public let length: Int
    public let type: UInt16
    public let flags: UInt16
    public let sequence: UInt32
    public let port: UInt32

    static let size = Int(cnl_nlmsg_hdrlen)
    static let flagsOffset = 6
    static let sequenceOffset = 8
    static let request = UInt16(cnl_nlm_f_request)
    static let acknowledge = UInt16(cnl_nlm_f_ack)

    /// Reads a header at `offset`; `nil` unless the whole message it announces lies in `bytes`.
    init?(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        guard offset >= 0, bytes.count - offset >= Self.size else { return nil }
        length = Int(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        type = bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt16.self)
        flags = bytes.loadUnaligned(fromByteOffset: offset + 6, as: UInt16.self)
        sequence = bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt32.self)
        port = bytes.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self)
        guard length >= Self.size, length <= bytes.count - offset else { return nil }
    }
}
