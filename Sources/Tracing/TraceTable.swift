import KernelObjects

/// The table that switches tracing on in one namespace, beside the plan's own.
///
/// Two chains that come before all others mark the packets; two that come after all others have no rules: a marked
/// packet that gets so far is reported once more, as it leaves. No chain decides anything.
enum TraceTable {
    static let prefix = "netlab_trace"
    /// Before the NAT gateway's fragments (-450) and everything else.
    private static let first: Int32 = -500
    /// After source translation (100).
    private static let last: Int32 = 500

    static func table(_ filter: WatchFilter) -> NftTable {
        let rules = filter.alternatives.map { NftRule($0 + [.trace]) }
        return NftTable(
            sets: filter.sets,
            chains: [
                NftChain("prerouting", base: .init(.filter, .prerouting, priority: first), rules: rules),
                NftChain("output", base: .init(.filter, .output, priority: first), rules: rules),
                NftChain("input", base: .init(.filter, .input, priority: last)),
                NftChain("postrouting", base: .init(.filter, .postrouting, priority: last)),
            ])
    }
}
