import CLibMNL
import Netlink

/// An expression in the form in which two can be compared: one we wrote and one the kernel lists.
///
/// The kernel does not list what it was told byte for byte: it adds attributes that are zero, numbers registers its own
/// way, leaves out the numbers of sets and what a rule has counted. All that is undone here; every other difference is
/// a different expression.
struct ExpressionForm: Hashable, Sendable {
    private let name: String
    private let attributes: [UInt16: [UInt8]]

    /// One `NFTA_LIST_ELEM` of a rule.
    init(_ element: UnsafeRawBufferPointer) {
        let expression = NetlinkAttributes(element)
        name = expression[Int(NFTA_EXPR_NAME.rawValue)]?.text ?? ""
        var attributes: [UInt16: [UInt8]] = [:]
        if name != "counter", let data = expression[Int(NFTA_EXPR_DATA.rawValue)] {
            for attribute in NetlinkAttributes(data) { attributes[attribute.type] = Array(attribute.payload) }
        }
        for nested in Self.data[name] ?? [] {
            attributes[nested] = attributes[nested].map { $0.withUnsafeBytes(LiveRuleset.data) }
        }
        let registers = Self.registers[name] ?? []
        for register in registers { attributes[register] = attributes[register].map(Self.plainRegister) }
        switch name {
        case "lookup": attributes[UInt16(NFTA_LOOKUP_SET_ID.rawValue)] = nil
        case "reject": Self.tidyReject(&attributes)
        case "nat": Self.tidyNAT(&attributes)
        default: break
        }
        for flag in Self.optional[name] ?? [] where attributes[flag] == [0, 0, 0, 0] { attributes[flag] = nil }
        self.attributes = attributes
    }

    /// Which attributes of an expression are numbers of registers.
    private static let registers: [String: [UInt16]] = [
        "meta": numbers(NFTA_META_DREG, NFTA_META_SREG),
        "payload": numbers(NFTA_PAYLOAD_DREG, NFTA_PAYLOAD_SREG),
        "cmp": numbers(NFTA_CMP_SREG),
        "bitwise": numbers(NFTA_BITWISE_SREG, NFTA_BITWISE_DREG),
        "lookup": numbers(NFTA_LOOKUP_SREG, NFTA_LOOKUP_DREG),
        "ct": numbers(NFTA_CT_DREG, NFTA_CT_SREG),
        "immediate": numbers(NFTA_IMMEDIATE_DREG),
        "hash": numbers(NFTA_HASH_SREG, NFTA_HASH_DREG),
        "rt": numbers(NFTA_RT_DREG),
        "byteorder": numbers(NFTA_BYTEORDER_SREG, NFTA_BYTEORDER_DREG),
        "exthdr": numbers(NFTA_EXTHDR_SREG, NFTA_EXTHDR_DREG),
        "nat": numbers(
            NFTA_NAT_REG_ADDR_MIN, NFTA_NAT_REG_ADDR_MAX, NFTA_NAT_REG_PROTO_MIN, NFTA_NAT_REG_PROTO_MAX),
    ]

    /// Attributes that hold a value or a verdict inside.
    private static let data: [String: [UInt16]] = [
        "cmp": numbers(NFTA_CMP_DATA),
        "bitwise": numbers(NFTA_BITWISE_MASK, NFTA_BITWISE_XOR),
        "immediate": numbers(NFTA_IMMEDIATE_DATA),
    ]

    /// Attributes that say nothing when they are zero.
    private static let optional: [String: [UInt16]] = [
        "lookup": numbers(NFTA_LOOKUP_FLAGS),
        "payload": numbers(NFTA_PAYLOAD_CSUM_FLAGS),
        "bitwise": numbers(NFTA_BITWISE_OP),
        "nat": numbers(NFTA_NAT_FLAGS),
        "hash": numbers(NFTA_HASH_OFFSET),
        "exthdr": numbers(NFTA_EXTHDR_FLAGS),
    ]

    private static func numbers(_ attributes: any Attribute...) -> [UInt16] { attributes.map { UInt16($0.rawValue) } }

    /// Registers of 16 bytes are 1 to 4, their quarters 8 to 23: here all are counted in quarters, 0 is the verdict.
    private static func plainRegister(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count == 4, bytes[..<3].allSatisfy({ $0 == 0 }) else { return bytes }
        let number = bytes[3] < 8 ? bytes[3] * 4 : bytes[3] - 4
        return [0, 0, 0, number]
    }

    /// A TCP reset has no ICMP code.
    private static func tidyReject(_ attributes: inout [UInt16: [UInt8]]) {
        let isReset = attributes[UInt16(NFTA_REJECT_TYPE.rawValue)]?.last == UInt8(NFT_REJECT_TCP_RST.rawValue)
        if isReset { attributes[UInt16(NFTA_REJECT_ICMP_CODE.rawValue)] = nil }
    }

    /// One address, or one port, is a range from itself to itself; that addresses and ports are given is clear from their registers
    /// (`NF_NAT_RANGE_MAP_IPS` and `NF_NAT_RANGE_PROTO_SPECIFIED`).
    private static func tidyNAT(_ attributes: inout [UInt16: [UInt8]]) {
        let (low, high) = (UInt16(NFTA_NAT_REG_ADDR_MIN.rawValue), UInt16(NFTA_NAT_REG_ADDR_MAX.rawValue))
        if attributes[high] == attributes[low] { attributes[high] = nil }
        let (first, last) = (UInt16(NFTA_NAT_REG_PROTO_MIN.rawValue), UInt16(NFTA_NAT_REG_PROTO_MAX.rawValue))
        if attributes[last] == attributes[first] { attributes[last] = nil }
        let flags = UInt16(NFTA_NAT_FLAGS.rawValue)
        if var bytes = attributes[flags], bytes.count == 4 {
            bytes[3] &= ~3
            attributes[flags] = bytes
        }
    }
}
