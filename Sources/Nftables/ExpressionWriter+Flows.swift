import CLibMNL
import KernelObjects

// What rules ask of connection tracking and change in TCP handshakes.
extension ExpressionWriter {
    static func connection(_ key: nft_ct_keys, _ register: UInt32, _ message: inout MessageWriter) {
        expression("ct", &message) {
            $0.put(NFTA_CT_KEY, key.rawValue)
            $0.put(NFTA_CT_DREG, register)
        }
    }

    // ct mark & 0x00000001
    static func connectionMark(_ bits: UInt32, _ register: UInt32, _ message: inout MessageWriter) {
        connection(NFT_CT_MARK, register, &message)
        expression("bitwise", &message) {
            $0.put(NFTA_BITWISE_SREG, register)
            $0.put(NFTA_BITWISE_DREG, register)
            $0.put(NFTA_BITWISE_LEN, 4)
            $0.nest(NFTA_BITWISE_MASK) { $0.put(NFTA_DATA_VALUE, NftSet.Value.mark(bits).bytes) }
            $0.nest(NFTA_BITWISE_XOR) { $0.put(NFTA_DATA_VALUE, NftSet.Value.mark(0).bytes) }
        }
    }

    // ct mark set ct mark | 0x00000001: (mark & ~bit) ^ bit
    static func setConnectionMark(_ bit: UInt32, _ message: inout MessageWriter) {
        connection(NFT_CT_MARK, register, &message)
        expression("bitwise", &message) {
            $0.put(NFTA_BITWISE_SREG, register)
            $0.put(NFTA_BITWISE_DREG, register)
            $0.put(NFTA_BITWISE_LEN, 4)
            $0.nest(NFTA_BITWISE_MASK) { $0.put(NFTA_DATA_VALUE, NftSet.Value.mark(~bit).bytes) }
            $0.nest(NFTA_BITWISE_XOR) { $0.put(NFTA_DATA_VALUE, NftSet.Value.mark(bit).bytes) }
        }
        expression("ct", &message) {
            $0.put(NFTA_CT_KEY, NFT_CT_MARK.rawValue)
            $0.put(NFTA_CT_SREG, register)
        }
    }

    // tcp flags syn tcp option maxseg size set rt mtu
    static func clampSegmentSize(_ message: inout MessageWriter) {
        requireProtocol(tcp, &message)
        payload(NFT_PAYLOAD_TRANSPORT_HEADER, offset: 13, length: 1, &message)
        mask([0x02], &message)
        compare(NFT_CMP_NEQ, [0], &message)
        expression("rt", &message) {
            $0.put(NFTA_RT_KEY, NFT_RT_TCPMSS.rawValue)
            $0.put(NFTA_RT_DREG, register)
        }
        expression("byteorder", &message) {
            $0.put(NFTA_BYTEORDER_SREG, register)
            $0.put(NFTA_BYTEORDER_DREG, register)
            $0.put(NFTA_BYTEORDER_OP, NFT_BYTEORDER_HTON.rawValue)
            $0.put(NFTA_BYTEORDER_LEN, 2)
            $0.put(NFTA_BYTEORDER_SIZE, 2)
        }
        expression("exthdr", &message) {
            $0.put(NFTA_EXTHDR_SREG, register)
            $0.put(NFTA_EXTHDR_TYPE, [2])  // TCPOPT_MAXSEG, one byte
            $0.put(NFTA_EXTHDR_OFFSET, 2)
            $0.put(NFTA_EXTHDR_LEN, 2)
            $0.put(NFTA_EXTHDR_OP, NFT_EXTHDR_OP_TCPOPT.rawValue)
        }
    }
}
