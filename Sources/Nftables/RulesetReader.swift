import CLibMNL
import KernelObjects
public import Netlink

/// Reads a namespace's nftables state. Equivalent to `nft list tables; nft list table ip netlab`.
public enum RulesetReader {
    public static func read(_ socket: NetlinkSocket) throws -> LiveRuleset {
        var live = LiveRuleset()
        try list(NFT_MSG_GETTABLE, family: UInt8(AF_UNSPEC), "nft list tables", socket, into: &live) { _ in }
        guard live.tables.contains(where: { $0.isOurs }) else { return live }
        let words = "nft list table ip \(NftTable.name)"
        try list(NFT_MSG_GETCHAIN, words, socket, into: &live) { $0.put(NFTA_CHAIN_TABLE, NftTable.name) }
        try list(NFT_MSG_GETRULE, words, socket, into: &live) { $0.put(NFTA_RULE_TABLE, NftTable.name) }
        try list(NFT_MSG_GETSET, words, socket, into: &live) { $0.put(NFTA_SET_TABLE, NftTable.name) }
        for set in live.sets.keys.sorted() {
            try list(NFT_MSG_GETSETELEM, "nft list set ip \(NftTable.name) \(set)", socket, into: &live) {
                $0.put(NFTA_SET_ELEM_LIST_TABLE, NftTable.name)
                $0.put(NFTA_SET_ELEM_LIST_SET, set)
            }
        }
        return live
    }

    private static func list(
        _ type: nf_tables_msg_types, family: UInt8 = UInt8(NFPROTO_IPV4), _ operation: String,
        _ socket: NetlinkSocket, into live: inout LiveRuleset, _ filter: (inout MessageWriter) -> Void
    ) throws {
        let request = NetlinkBatch.list(type, family: family, operation, filter)
        // Copied out of the socket's buffer, so that a list that is asked for twice is not read twice.
        for (type, body) in try socket.dump(request, { ($0, Array($1)) }) {
            body.withUnsafeBytes { live.read(type, $0) }
        }
    }
}

extension LiveRuleset.Table {
    var isOurs: Bool { family == UInt8(NFPROTO_IPV4) && name == NftTable.name }
    /// A `netlab trace` that runs: its table goes with its socket.
    var onlyWatches: Bool {
        family == UInt8(NFPROTO_IPV4) && name.hasPrefix("\(NftTable.name)_trace")
            && flags & NFT_TABLE_F_OWNER.rawValue != 0
    }
}
