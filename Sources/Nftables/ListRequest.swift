import CLibMNL
import Glibc
import KernelObjects
import Netlink

extension NetlinkBatch {
    /// One question for a list of nf_tables. `operation` is the equal `nft` command, for error messages.
    static func list(
        _ type: nf_tables_msg_types, family: UInt8 = UInt8(NFPROTO_IPV4), _ operation: String,
        _ filter: (inout MessageWriter) -> Void = { _ in }
    ) -> NetlinkBatch {
        var request = NetlinkBatch()
        var writer = MessageWriter()
        writer.begin(
            type: UInt16(NFNL_SUBSYS_NFTABLES) << 8 | UInt16(type.rawValue), flags: UInt16(NLM_F_DUMP), family: family,
            resource: 0)
        filter(&writer)
        writer.end(into: &request, operation: operation, subject: "")
        return request
    }

    /// All rules of our table, chain by chain. Equivalent to `nft -a list table ip netlab`.
    static var listRules: NetlinkBatch {
        list(NFT_MSG_GETRULE, "nft -a list table ip \(NftTable.name)") { $0.put(NFTA_RULE_TABLE, NftTable.name) }
    }
}
