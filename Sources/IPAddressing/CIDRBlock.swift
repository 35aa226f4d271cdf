/// A block of IPv4 addresses in CIDR notation: `10.0.0.0/16`.
public struct CIDRBlock: Hashable, Comparable, Sendable, LosslessStringConvertible {
    /// The first address; all bits right of the prefix are zero.
    public let base: IPv4Address
    /// 0 to 32.
    public let prefixLength: Int

    /// The block of that prefix length which holds the address.
    public init(containing address: IPv4Address, prefixLength: Int) {
        precondition(0...32 ~= prefixLength)
        self.prefixLength = prefixLength
        base = IPv4Address(number: address.number & Self.mask(prefixLength))
    }

    /// `A.B.C.D/N` with no bit set right of the prefix; `nil` for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPv4Address(String(parts[0])), let length = decimal(parts[1], max: 32)
        else { return nil }
        self.init(containing: address, prefixLength: length)
        guard base == address else { return nil }
    }

    /// 0.0.0.0/0.
    public static let everywhere = CIDRBlock(containing: IPv4Address(number: 0), prefixLength: 0)

    /// One address as a /32.
    public init(_ address: IPv4Address) { self.init(containing: address, prefixLength: 32) }

    public var description: String { "\(base)/\(prefixLength)" }
    public var last: IPv4Address { IPv4Address(number: base.number | ~Self.mask(prefixLength)) }
    /// How many addresses, 2³² at most.
    public var count: Int { 1 << (32 - prefixLength) }
    public var netmask: IPv4Address { IPv4Address(number: Self.mask(prefixLength)) }

    public func contains(_ address: IPv4Address) -> Bool { address.number & Self.mask(prefixLength) == base.number }
    public func contains(_ other: CIDRBlock) -> Bool { other.prefixLength >= prefixLength && contains(other.base) }
    public func overlaps(_ other: CIDRBlock) -> Bool { contains(other) || other.contains(self) }

    /// By base address, the wider block first.
    public static func < (left: Self, right: Self) -> Bool {
        (left.base, left.prefixLength) < (right.base, right.prefixLength)
    }

    private static func mask(_ length: Int) -> UInt32 { length == 0 ? 0 : ~UInt32(0) << (32 - length) }
}

extension CIDRBlock {
    /// RFC 1918: addresses no Internet router carries.
    public static let privateUse = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].compactMap(CIDRBlock.init(_:))
    /// RFC 6598: the carriers' shared space.
    public static let sharedSpace = CIDRBlock(containing: IPv4Address(100, 64, 0, 0), prefixLength: 10)
    /// RFC 1122: of the host itself.
    public static let loopback = CIDRBlock(containing: IPv4Address(127, 0, 0, 0), prefixLength: 8)
    /// RFC 3927: of one link, and never routed.
    public static let linkLocal = CIDRBlock(containing: IPv4Address(169, 254, 0, 0), prefixLength: 16)
}

extension IPv4Address {
    /// RFC 1918 or RFC 6598: what an Internet gateway refuses to carry either way.
    public var isPrivateOrShared: Bool {
        CIDRBlock.privateUse.contains { $0.contains(self) } || CIDRBlock.sharedSpace.contains(self)
    }
}
