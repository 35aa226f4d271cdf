import CLibMNL
import Netlink

/// An attribute number: the importer gives each C enum its own Swift type.
typealias Attribute = RawRepresentable<UInt32>

/// Writes one nfnetlink message with libmnl into a buffer that is used again for the next one.
struct MessageWriter: Sendable {
    /// Room for the largest message we build: 500 set elements of about 100 bytes.
    private static let capacity = 128 << 10
    private var buffer = [UInt8](repeating: 0, count: MessageWriter.capacity)

    /// Starts a message: `struct nlmsghdr` and `struct nfgenmsg`.
    /// - Parameter resource: `res_id`, sent in network byte order.
    mutating func begin(type: UInt16, flags: UInt16, family: UInt8, resource: UInt16) {
        buffer.withUnsafeMutableBytes { raw in
            guard let base = raw.baseAddress, let header = mnl_nlmsg_put_header(base) else { return }
            header.pointee.nlmsg_type = type
            header.pointee.nlmsg_flags = UInt16(NLM_F_REQUEST) | flags
            guard let extra = mnl_nlmsg_put_extra_header(header, MemoryLayout<nfgenmsg>.size) else { return }
            extra.storeBytes(
                of: nfgenmsg(nfgen_family: family, version: UInt8(NFNETLINK_V0), res_id: resource.bigEndian),
                as: nfgenmsg.self)
        }
    }

    /// Appends the finished message to the batch.
    mutating func end(
        into batch: inout NetlinkBatch, operation: @autoclosure @escaping @Sendable () -> String, subject: String
    ) {
        buffer.withUnsafeBytes { raw in
            let length = Int(raw.load(as: UInt32.self))
            batch.append(UnsafeRawBufferPointer(rebasing: raw[..<length]), operation: operation(), subject: subject)
        }
    }

    private mutating func withHeader(_ body: (UnsafeMutablePointer<nlmsghdr>) -> Bool) {
        let fits = buffer.withUnsafeMutableBytes { raw in
            raw.baseAddress.map { body($0.assumingMemoryBound(to: nlmsghdr.self)) } ?? false
        }
        precondition(fits, "an nftables message outgrew its \(Self.capacity) bytes")
    }

    /// A 32-bit number; nfnetlink wants network byte order.
    mutating func put(_ type: some Attribute, _ value: UInt32) {
        withHeader { mnl_attr_put_u32_check($0, Self.capacity, UInt16(type.rawValue), value.bigEndian) }
    }

    /// Text with its NUL.
    mutating func put(_ type: some Attribute, _ text: String) {
        withHeader { mnl_attr_put_strz_check($0, Self.capacity, UInt16(type.rawValue), text) }
    }

    mutating func put(_ type: some Attribute, _ bytes: [UInt8]) {
        withHeader { header in
            bytes.withUnsafeBytes {
                mnl_attr_put_check(header, Self.capacity, UInt16(type.rawValue), $0.count, $0.baseAddress)
            }
        }
    }

    /// An attribute that holds others.
    mutating func nest(_ type: some Attribute, _ body: (inout MessageWriter) -> Void) {
        // The buffer never moves between start and end of a nest, but Swift must not hold a pointer over `body`:
        // keep the offset and patch the length, which is what mnl_attr_nest_end does.
        let start = length
        withHeader { mnl_attr_nest_start_check($0, Self.capacity, UInt16(type.rawValue)) != nil }
        body(&self)
        let size = UInt16(length - start)
        buffer.withUnsafeMutableBytes { $0.storeBytes(of: size, toByteOffset: start, as: UInt16.self) }
    }

    private var length: Int { buffer.withUnsafeBytes { Int($0.load(as: UInt32.self)) } }
}
