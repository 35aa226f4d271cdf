import CLibMNL
import Glibc
import KernelObjects

// How a flow chooses its target.
extension ExpressionWriter {
    // dnat ip to jhash ip saddr . ip daddr . tcp sport . tcp dport mod 60 map @slots_tcp_80
    static func balance(_ map: String, _ id: UInt32, _ message: inout MessageWriter) {
        let second = NFT_REG32_00.rawValue + 2
        // Both addresses are eight bytes in a row, both ports four.
        payload(NFT_PAYLOAD_NETWORK_HEADER, offset: 12, length: 8, &message)
        payload(NFT_PAYLOAD_TRANSPORT_HEADER, offset: 0, length: 4, into: second, &message)
        expression("hash", &message) {
            $0.put(NFTA_HASH_SREG, register)
            $0.put(NFTA_HASH_DREG, register)
            $0.put(NFTA_HASH_LEN, 12)
            $0.put(NFTA_HASH_MODULUS, NftSet.flowSlotCount)
            $0.put(NFTA_HASH_SEED, 0x6e65_746c)
            $0.put(NFTA_HASH_TYPE, NFT_HASH_JENKINS.rawValue)
        }
        expression("lookup", &message) {
            $0.put(NFTA_LOOKUP_SET, map)
            $0.put(NFTA_LOOKUP_SREG, register)
            $0.put(NFTA_LOOKUP_DREG, register)
            $0.put(NFTA_LOOKUP_SET_ID, id)
        }
        expression("nat", &message) {
            $0.put(NFTA_NAT_TYPE, NFT_NAT_DNAT.rawValue)
            $0.put(NFTA_NAT_FAMILY, UInt32(NFPROTO_IPV4))
            $0.put(NFTA_NAT_REG_ADDR_MIN, register)
            $0.put(NFTA_NAT_REG_PROTO_MIN, NFT_REG32_00.rawValue + 1)
        }
    }

    // ct status dnat: IPS_DST_NAT is bit 5
    static func translated(_ message: inout MessageWriter) {
        connection(NFT_CT_STATUS, register, &message)
        mask(NftSet.Value.mark(1 << 5).bytes, &message)
        compare(NFT_CMP_NEQ, [0, 0, 0, 0], &message)
    }
}
