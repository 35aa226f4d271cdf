import CLibMNL
import Glibc
import IPAddressing
import KernelObjects

/// Turns statements into the kernel's expressions: small instructions over registers.
///
/// Above each hand-built group stands the nft line it is equal to. Register 1 is 16 bytes wide; the 32-bit register
/// that follows it is number 12.
enum ExpressionWriter {
    static let register: UInt32 = NFT_REG_1.rawValue
    private static let icmp: UInt8 = 1
    static let tcp: UInt8 = 6
    private static let udp: UInt8 = 17

    static func write(
        _ statement: NftStatement, to message: inout MessageWriter, setID: (String) -> UInt32
    ) {
        switch statement {
        // iifname "app"
        case .interface(let field, let name):
            load(field, into: register, &message)
            compare(NFT_CMP_EQ, NftSet.Value.interface(name).bytes, &message)
        // ip daddr 10.0.0.0/16
        case .address(let field, let block, let not):
            match(block, at: field.offset, not: not, &message)
        // iifname . ip saddr @own
        case .inSet(let fields, let name, let not):
            load(fields, &message)
            lookup(name, setID(name), not: not, &message)
        // meta mark 0x00010001
        case .mark(let mark, let not):
            load(.mark, into: register, &message)
            compare(not ? NFT_CMP_NEQ : NFT_CMP_EQ, NftSet.Value.mark(mark).bytes, &message)
        // meta l4proto tcp
        case .ipProtocol(let number):
            requireProtocol(number, &message)
        // tcp dport 8000-8100
        case .destinationPort(let layer, let ports):
            requireProtocol(layer == .tcp ? tcp : udp, &message)
            payload(NFT_PAYLOAD_TRANSPORT_HEADER, offset: 2, length: 2, &message)
            compare(ports, &message)
        // tcp sport 8000-8100
        case .sourcePort(let layer, let ports):
            requireProtocol(layer == .tcp ? tcp : udp, &message)
            payload(NFT_PAYLOAD_TRANSPORT_HEADER, offset: 0, length: 2, &message)
            compare(ports, &message)
        // icmp type echo-request
        case .icmp(let type, let code):
            requireProtocol(icmp, &message)
            if let type {
                payload(NFT_PAYLOAD_TRANSPORT_HEADER, offset: 0, length: 1, &message)
                compare(NFT_CMP_EQ, [type], &message)
            }
            if let code {
                payload(NFT_PAYLOAD_TRANSPORT_HEADER, offset: 1, length: 1, &message)
                compare(NFT_CMP_EQ, [code], &message)
            }
        // ct state established,related: the bits of enum ip_conntrack_info, one to the left
        case .established: connectionState(0b110, &message)
        // ct state invalid
        case .invalid: connectionState(0b001, &message)
        // ct direction reply
        case .connectionDirection(let isReply):
            load(.connectionDirection, into: register, &message)
            compare(NFT_CMP_EQ, NftSet.Value.connectionDirection(isReply: isReply).bytes, &message)
        // ct mark & 0x00000001 != 0
        case .connectionMark(let bit):
            load(.connectionMarkBits(bit), into: register, &message)
            compare(NFT_CMP_NEQ, NftSet.Value.mark(0).bytes, &message)
        case .related: connectionState(0b100, &message)
        case .new: connectionState(0b1000, &message)
        // ip frag-off & 0x3fff != 0: more fragments follow, or this is not the first
        case .fragment:
            payload(NFT_PAYLOAD_NETWORK_HEADER, offset: 6, length: 2, &message)
            mask([0x3f, 0xff], &message)
            compare(NFT_CMP_NEQ, [0, 0], &message)
        case .handedOn(let isSet):
            payload(NFT_PAYLOAD_NETWORK_HEADER, offset: 6, length: 2, &message)
            mask([0x80, 0], &message)
            compare(isSet ? NFT_CMP_NEQ : NFT_CMP_EQ, [0, 0], &message)
        // with the header's checksum mended
        case .setHandedOn(let isSet):
            payload(NFT_PAYLOAD_NETWORK_HEADER, offset: 6, length: 2, &message)
            mask([0x7f, 0xff], flip: [isSet ? 0x80 : 0, 0], &message)
            rewrite(NFT_PAYLOAD_NETWORK_HEADER, offset: 6, length: 2, checksum: 10, flags: 0, &message)
        case .counter: expression("counter", &message) { _ in }
        case .verdict(let verdict): immediate(verdict, &message)
        // iifname vmap @from
        case .verdictMap(let fields, let name):
            load(fields, &message)
            lookup(name, setID(name), into: NFT_REG_VERDICT.rawValue, &message)
        // meta mark set 0x00010001
        case .setMark(let mark):
            immediate(NftSet.Value.mark(mark).bytes, into: register, &message)
            expression("meta", &message) {
                $0.put(NFTA_META_KEY, NFT_META_MARK.rawValue)
                $0.put(NFTA_META_SREG, register)
            }
        case .setConnectionMark(let bit): setConnectionMark(bit, &message)
        case .clampSegmentSize: clampSegmentSize(&message)
        case .balance(let map): balance(map, setID(map), &message)
        case .translated: translated(&message)
        case .notrack: expression("notrack", &message) { _ in }
        // ip saddr set ip saddr map @public, with the checksums of TCP and UDP mended
        case .translate(let field, let map):
            payload(NFT_PAYLOAD_NETWORK_HEADER, offset: field.offset, length: 4, &message)
            lookup(map, setID(map), into: register, &message)
            rewrite(
                NFT_PAYLOAD_NETWORK_HEADER, offset: field.offset, length: 4, checksum: 10,
                flags: NFT_PAYLOAD_L4CSUM_PSEUDOHDR.rawValue, &message)
        // The quoted IP header starts 8 bytes into ICMP. Mending its own checksum by as much as the address changed
        // leaves the ICMP checksum, which covers both, as it was.
        case .translateEmbedded(let field, let map):
            payload(NFT_PAYLOAD_TRANSPORT_HEADER, offset: 8 + field.offset, length: 4, &message)
            lookup(map, setID(map), into: register, &message)
            rewrite(
                NFT_PAYLOAD_TRANSPORT_HEADER, offset: 8 + field.offset, length: 4, checksum: 8 + 10, flags: 0, &message)
        // ip ttl set ip ttl map @ttl
        case .translateTTL(let map):
            payload(NFT_PAYLOAD_NETWORK_HEADER, offset: 8, length: 1, &message)
            lookup(map, setID(map), into: register, &message)
            rewrite(NFT_PAYLOAD_NETWORK_HEADER, offset: 8, length: 1, checksum: 10, flags: 0, &message)
        case .sourceNAT(let address, let ports): sourceNAT(address, ports, &message)
        case .destinationNAT(let address, let port): destinationNAT(address, port, &message)
        // reject with tcp reset
        case .reset:
            expression("reject", &message) {
                $0.put(NFTA_REJECT_TYPE, NFT_REJECT_TCP_RST.rawValue)
                $0.put(NFTA_REJECT_ICMP_CODE, [0])
            }
        // meta nftrace set 1
        case .trace:
            immediate([1], into: register, &message)
            expression("meta", &message) {
                $0.put(NFTA_META_KEY, NFT_META_NFTRACE.rawValue)
                $0.put(NFTA_META_SREG, register)
            }
        }
    }

    /// A verdict as the value of an attribute.
    static func write(_ verdict: NftVerdict, to message: inout MessageWriter) {
        message.nest(NFTA_DATA_VERDICT) {
            $0.put(NFTA_VERDICT_CODE, verdict.code)
            switch verdict {
            case .jump(let chain), .goto(let chain): $0.put(NFTA_VERDICT_CHAIN, chain)
            case .accept, .drop, .return: break
            }
        }
    }

    static func expression(
        _ name: String, _ message: inout MessageWriter, _ body: (inout MessageWriter) -> Void
    ) {
        message.nest(NFTA_LIST_ELEM) {
            $0.put(NFTA_EXPR_NAME, name)
            $0.nest(NFTA_EXPR_DATA, body)
        }
    }

    private static func load(_ fields: [NftStatement.Field], _ message: inout MessageWriter) {
        var register = Self.register
        for field in fields {
            load(field, into: register, &message)
            // From here on 32-bit registers: number 8 is the first quarter of register 1.
            let words = UInt32(field.kind.paddedLength(alone: false) / 4)
            register = (register == Self.register ? NFT_REG32_00.rawValue : register) + words
        }
    }

    private static func load(
        _ field: NftStatement.Field, into register: UInt32, _ message: inout MessageWriter
    ) {
        switch field {
        case .inputInterface: meta(NFT_META_IIFNAME, register, &message)
        case .outputInterface: meta(NFT_META_OIFNAME, register, &message)
        case .mark: meta(NFT_META_MARK, register, &message)
        case .source: payload(NFT_PAYLOAD_NETWORK_HEADER, offset: 12, length: 4, into: register, &message)
        case .destination: payload(NFT_PAYLOAD_NETWORK_HEADER, offset: 16, length: 4, into: register, &message)
        case .icmpType:
            requireProtocol(icmp, &message)
            payload(NFT_PAYLOAD_TRANSPORT_HEADER, offset: 0, length: 1, into: register, &message)
        case .connectionDirection: connection(NFT_CT_DIRECTION, register, &message)
        case .connectionMark: connection(NFT_CT_MARK, register, &message)
        case .connectionMarkBits(let bits): connectionMark(bits, register, &message)
        case .destinationPort:
            payload(NFT_PAYLOAD_TRANSPORT_HEADER, offset: 2, length: 2, into: register, &message)
        }
    }

    private static func meta(_ key: nft_meta_keys, _ register: UInt32, _ message: inout MessageWriter) {
        expression("meta", &message) {
            $0.put(NFTA_META_KEY, key.rawValue)
            $0.put(NFTA_META_DREG, register)
        }
    }

    static func requireProtocol(_ number: UInt8, _ message: inout MessageWriter) {
        meta(NFT_META_L4PROTO, register, &message)
        compare(NFT_CMP_EQ, [number], &message)
    }

    static func payload(
        _ base: nft_payload_bases, offset: UInt32, length: UInt32, into register: UInt32 = register,
        _ message: inout MessageWriter
    ) {
        expression("payload", &message) {
            $0.put(NFTA_PAYLOAD_DREG, register)
            $0.put(NFTA_PAYLOAD_BASE, base.rawValue)
            $0.put(NFTA_PAYLOAD_OFFSET, offset)
            $0.put(NFTA_PAYLOAD_LEN, length)
        }
    }

    private static func rewrite(
        _ base: nft_payload_bases, offset: UInt32, length: UInt32, checksum: UInt32, flags: UInt32,
        _ message: inout MessageWriter
    ) {
        expression("payload", &message) {
            $0.put(NFTA_PAYLOAD_SREG, register)
            $0.put(NFTA_PAYLOAD_BASE, base.rawValue)
            $0.put(NFTA_PAYLOAD_OFFSET, offset)
            $0.put(NFTA_PAYLOAD_LEN, length)
            $0.put(NFTA_PAYLOAD_CSUM_TYPE, NFT_PAYLOAD_CSUM_INET.rawValue)
            $0.put(NFTA_PAYLOAD_CSUM_OFFSET, checksum)
            if flags != 0 { $0.put(NFTA_PAYLOAD_CSUM_FLAGS, flags) }
        }
    }

    static func compare(_ operation: nft_cmp_ops, _ bytes: [UInt8], _ message: inout MessageWriter) {
        expression("cmp", &message) {
            $0.put(NFTA_CMP_SREG, register)
            $0.put(NFTA_CMP_OP, operation.rawValue)
            $0.nest(NFTA_CMP_DATA) { $0.put(NFTA_DATA_VALUE, bytes) }
        }
    }

    private static func compare(_ ports: ClosedRange<UInt16>, _ message: inout MessageWriter) {
        if ports.count == 1 { return compare(NFT_CMP_EQ, ports.lowerBound.wire, &message) }
        compare(NFT_CMP_GTE, ports.lowerBound.wire, &message)
        compare(NFT_CMP_LTE, ports.upperBound.wire, &message)
    }

    /// Whole bytes of prefix are compared without a mask, as `nft` does.
    private static func match(_ block: CIDRBlock, at offset: UInt32, not: Bool, _ message: inout MessageWriter) {
        let wholeBytes = block.prefixLength % 8 == 0
        let length = wholeBytes ? block.prefixLength / 8 : 4
        payload(NFT_PAYLOAD_NETWORK_HEADER, offset: offset, length: UInt32(length), &message)
        if !wholeBytes { mask(block.netmask.bytes, &message) }
        compare(not ? NFT_CMP_NEQ : NFT_CMP_EQ, Array(block.base.bytes.prefix(length)), &message)
    }

    static func mask(_ bytes: [UInt8], flip: [UInt8]? = nil, _ message: inout MessageWriter) {
        expression("bitwise", &message) {
            $0.put(NFTA_BITWISE_SREG, register)
            $0.put(NFTA_BITWISE_DREG, register)
            $0.put(NFTA_BITWISE_LEN, UInt32(bytes.count))
            $0.nest(NFTA_BITWISE_MASK) { $0.put(NFTA_DATA_VALUE, bytes) }
            $0.nest(NFTA_BITWISE_XOR) { $0.put(NFTA_DATA_VALUE, flip ?? [UInt8](repeating: 0, count: bytes.count)) }
        }
    }

    private static func lookup(
        _ set: String, _ id: UInt32, into target: UInt32? = nil, not: Bool = false, _ message: inout MessageWriter
    ) {
        expression("lookup", &message) {
            $0.put(NFTA_LOOKUP_SET, set)
            $0.put(NFTA_LOOKUP_SREG, register)
            if let target { $0.put(NFTA_LOOKUP_DREG, target) }
            $0.put(NFTA_LOOKUP_SET_ID, id)
            if not { $0.put(NFTA_LOOKUP_FLAGS, NFT_LOOKUP_F_INV.rawValue) }
        }
    }

    private static func connectionState(_ bits: UInt32, _ message: inout MessageWriter) {
        connection(NFT_CT_STATE, register, &message)
        mask(withUnsafeBytes(of: bits) { Array($0) }, &message)
        compare(NFT_CMP_NEQ, [0, 0, 0, 0], &message)
    }

    private static func immediate(_ verdict: NftVerdict, _ message: inout MessageWriter) {
        expression("immediate", &message) {
            $0.put(NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT.rawValue)
            $0.nest(NFTA_IMMEDIATE_DATA) { write(verdict, to: &$0) }
        }
    }

    private static func immediate(_ bytes: [UInt8], into target: UInt32, _ message: inout MessageWriter) {
        expression("immediate", &message) {
            $0.put(NFTA_IMMEDIATE_DREG, target)
            $0.nest(NFTA_IMMEDIATE_DATA) { $0.put(NFTA_DATA_VALUE, bytes) }
        }
    }

    // snat to 10.0.0.5:1024-65535 fully-random
    private static func sourceNAT(
        _ address: IPv4Address, _ ports: ClosedRange<UInt16>?, _ message: inout MessageWriter
    ) {
        let first = NFT_REG_2.rawValue
        let last = NFT_REG_3.rawValue
        immediate(address.bytes, into: register, &message)
        if let ports {
            immediate(ports.lowerBound.wire, into: first, &message)
            immediate(ports.upperBound.wire, into: last, &message)
        }
        expression("nat", &message) {
            $0.put(NFTA_NAT_TYPE, NFT_NAT_SNAT.rawValue)
            $0.put(NFTA_NAT_FAMILY, UInt32(NFPROTO_IPV4))
            $0.put(NFTA_NAT_REG_ADDR_MIN, register)
            guard ports != nil else { return }
            $0.put(NFTA_NAT_REG_PROTO_MIN, first)
            $0.put(NFTA_NAT_REG_PROTO_MAX, last)
            $0.put(NFTA_NAT_FLAGS, UInt32(NF_NAT_RANGE_PROTO_RANDOM_FULLY))
        }
    }

    private static func destinationNAT(_ address: IPv4Address, _ port: UInt16, _ message: inout MessageWriter) {
        let portRegister = NFT_REG_2.rawValue
        immediate(address.bytes, into: register, &message)
        immediate(port.wire, into: portRegister, &message)
        expression("nat", &message) {
            $0.put(NFTA_NAT_TYPE, NFT_NAT_DNAT.rawValue)
            $0.put(NFTA_NAT_FAMILY, UInt32(NFPROTO_IPV4))
            $0.put(NFTA_NAT_REG_ADDR_MIN, register)
            $0.put(NFTA_NAT_REG_PROTO_MIN, portRegister)
        }
    }
}

extension NftVerdict {
    /// `NF_DROP`, `NF_ACCEPT`, or one of `enum nft_verdicts` (negative numbers).
    var code: UInt32 {
        switch self {
        case .accept: UInt32(NF_ACCEPT)
        case .drop: UInt32(NF_DROP)
        case .return: UInt32(bitPattern: NFT_RETURN.rawValue)
        case .jump: UInt32(bitPattern: NFT_JUMP.rawValue)
        case .goto: UInt32(bitPattern: NFT_GOTO.rawValue)
        }
    }
}

extension NftStatement.AddressField {
    /// Where it lies in the IP header.
    var offset: UInt32 { self == .source ? 12 : 16 }
}

extension UInt16 {
    /// Network byte order.
    var wire: [UInt8] { [UInt8(self >> 8), UInt8(self & 255)] }
}

extension UInt64 {
    /// Network byte order.
    var wire: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}
