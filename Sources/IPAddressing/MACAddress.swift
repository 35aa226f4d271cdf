/// An Ethernet address.
public struct MACAddress: Hashable, Sendable, CustomStringConvertible {
    /// Six bytes, first on the wire first.
    public let bytes: [UInt8]

    /// Locally administered, unicast, and a function of its two numbers alone: the same file gives the same MACs.
    ///
    /// `0e` is the prefix EC2 gives its interfaces.
    public init(realm: UInt8, host: UInt32) {
        bytes = [0x0e, realm, UInt8(host >> 24), UInt8(host >> 16 & 255), UInt8(host >> 8 & 255), UInt8(host & 255)]
    }

    public var description: String {
        bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined(separator: ":")
    }
}
