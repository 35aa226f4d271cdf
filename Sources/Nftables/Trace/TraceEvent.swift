import CLibMNL
import Netlink

/// One thing that happened to a traced packet in one namespace. Equivalent to a line of `nft monitor trace`.
public struct TraceEvent: Hashable, Sendable {
    /// What the packet met.
    public enum Kind: Hashable, Sendable {
        /// A rule that matched, and what it decided.
        case rule(handle: UInt64, Verdict)
        /// The end of a chain somebody had jumped to.
        case `return`(Verdict)
        /// The end of a base chain.
        case policy(Verdict)
    }

    /// What becomes of the packet next.
    public enum Verdict: Hashable, Sendable {
        case accept, drop, `continue`, `return`
        case jump(String)
        case goto(String)
        /// Queued, stolen or unknown.
        case other(Int32)
    }

    /// Tells packets of a namespace apart for a while; made from the packet's place in memory, so it comes again.
    public let id: UInt32
    public let table: String
    public let chain: String
    public let kind: Kind
    /// The packet's mark after the rule.
    public let mark: UInt32
    /// Index of the interface it came by, and of the one it will leave by; only on the first event of a base chain.
    public let inputInterface: UInt32?
    public let outputInterface: UInt32?
    /// Only on the first event of a base chain.
    public let packet: PacketHeader?

    public init(
        id: UInt32, table: String, chain: String, kind: Kind, mark: UInt32 = 0, inputInterface: UInt32? = nil,
        outputInterface: UInt32? = nil, packet: PacketHeader? = nil
    ) {
        self.id = id
        self.table = table
        self.chain = chain
        self.kind = kind
        self.mark = mark
        self.inputInterface = inputInterface
        self.outputInterface = outputInterface
        self.packet = packet
    }

    /// The multicast group: `NFNLGRP_NFTRACE`.
    public static let group = UInt32(NFNLGRP_NFTRACE.rawValue)

    /// `nil` for anything that is not a whole trace message of IPv4.
    public init?(type: UInt16, _ body: UnsafeRawBufferPointer) {
        guard type == UInt16(NFNL_SUBSYS_NFTABLES) << 8 | UInt16(NFT_MSG_TRACE.rawValue),
            body.count >= MemoryLayout<nfgenmsg>.size
        else { return nil }
        let parts = NetlinkAttributes(UnsafeRawBufferPointer(rebasing: body[MemoryLayout<nfgenmsg>.size...]))
        var found: [UInt16: UnsafeRawBufferPointer] = [:]
        for part in parts { found[part.type] = part.payload }
        func part(_ type: nft_trace_attributes) -> UnsafeRawBufferPointer? { found[UInt16(type.rawValue)] }

        guard let id = part(NFTA_TRACE_ID)?.bigEndian32, let table = part(NFTA_TRACE_TABLE)?.text,
            let chain = part(NFTA_TRACE_CHAIN)?.text, let type = part(NFTA_TRACE_TYPE)?.bigEndian32,
            let kind = Self.kind(type, part)
        else { return nil }
        self.init(
            id: id, table: table, chain: chain, kind: kind, mark: part(NFTA_TRACE_MARK)?.bigEndian32 ?? 0,
            inputInterface: part(NFTA_TRACE_IIF)?.bigEndian32, outputInterface: part(NFTA_TRACE_OIF)?.bigEndian32,
            packet: part(NFTA_TRACE_NETWORK_HEADER).flatMap {
                PacketHeader(network: Array($0), transport: part(NFTA_TRACE_TRANSPORT_HEADER).map { Array($0) } ?? [])
            })
    }

    private static func kind(
        _ type: UInt32, _ part: (nft_trace_attributes) -> UnsafeRawBufferPointer?
    ) -> Kind? {
        let verdict = part(NFTA_TRACE_VERDICT).map(NetlinkAttributes.init).map(Verdict.init)
        switch type {
        case NFT_TRACETYPE_RULE.rawValue:
            // Linux 6.x reports the end of a chain's rules as a rule without a handle; in a chain without rules that is
            // the report which carries the packet.
            guard let handle = part(NFTA_TRACE_RULE_HANDLE)?.bigEndian64 else { return verdict.map { .return($0) } }
            return verdict.map { .rule(handle: handle, $0) }
        case NFT_TRACETYPE_RETURN.rawValue:
            return verdict.map { .return($0) }
        case NFT_TRACETYPE_POLICY.rawValue:
            return part(NFTA_TRACE_POLICY)?.bigEndian32.map {
                .policy(Verdict(code: Int32(bitPattern: $0), chain: nil))
            }
        default: return nil
        }
    }
}

extension TraceEvent.Verdict {
    fileprivate init(_ parts: NetlinkAttributes) {
        let code = parts[Int(NFTA_VERDICT_CODE.rawValue)]?.bigEndian32 ?? UInt32.max
        self.init(code: Int32(bitPattern: code), chain: parts[Int(NFTA_VERDICT_CHAIN.rawValue)]?.text)
    }

    fileprivate init(code: Int32, chain: String?) {
        switch code {
        case Int32(NF_ACCEPT): self = .accept
        case Int32(NF_DROP): self = .drop
        case NFT_CONTINUE.rawValue: self = .continue
        case NFT_RETURN.rawValue: self = .return
        case NFT_JUMP.rawValue: self = .jump(chain ?? "")
        case NFT_GOTO.rawValue: self = .goto(chain ?? "")
        default: self = .other(code)
        }
    }
}
