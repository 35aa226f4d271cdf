import IPAddressing
import KernelObjects

/// What `nft` keeps beside a set to list it well: the byte order of keys and values (types 0 and 1, host order).
enum SetUserData {
    static func encode(_ set: NftSet) -> [UInt8] {
        var bytes = part(0, set.key.count == 1 ? set.key[0].byteOrder : 0)
        if case .value(let kind) = set.data { bytes += part(1, kind.byteOrder) }
        return bytes
    }

    private static func part(_ type: UInt8, _ value: UInt32) -> [UInt8] {
        [type, 4] + withUnsafeBytes(of: value) { Array($0) }
    }
}

extension NftSet.Kind {
    /// `nft`'s own number of the data type (its `enum datatypes`); the kernel stores it for listings only.
    var nftType: UInt32 {
        switch self {
        case .timeToLive: 4
        case .address: 7
        case .port: 13
        case .icmpType: 14
        case .mark: 19
        case .connectionDirection: 27
        case .interface: 41
        }
    }

    /// 1 is the host's order, 2 is big endian.
    var byteOrder: UInt32 {
        switch self {
        case .interface, .mark, .connectionDirection: 1
        case .address, .timeToLive, .icmpType, .port: 2
        }
    }

    /// In a concatenation every part takes whole 32-bit registers.
    func paddedLength(alone: Bool) -> Int { alone ? length : (length + 3) & ~3 }
}

extension NftSet.Value {
    /// As it lies in a register.
    var bytes: [UInt8] {
        switch self {
        case .interface(let name):
            Array(name.utf8.prefix(15)) + [UInt8](repeating: 0, count: 16 - min(15, name.utf8.count))
        case .address(let address): address.bytes
        case .block(let block): block.base.bytes
        case .mark(let mark): withUnsafeBytes(of: mark) { Array($0) }
        case .timeToLive(let hops): [hops]
        case .icmpType(let type): [type]
        case .port(let port): port.wire
        case .connectionDirection(let isReply): [isReply ? 1 : 0]
        }
    }
}
