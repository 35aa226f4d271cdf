public import IPAddressing

/// One policy routing rule: packets with this mark, or from these addresses, look in that table.
public struct KernelRule: Hashable, Sendable {
    /// Lower is asked first; `main` sits at 32766.
    public var priority: UInt32
    /// 0 means any.
    public var mark: UInt32
    /// Which bits of the mark count; all of them when `nil`.
    public var mask: UInt32?
    /// The sender; `nil` means any.
    public var source: CIDRBlock?
    public var table: UInt32
    public var owner: String

    public init(
        priority: UInt32, mark: UInt32 = 0, mask: UInt32? = nil, source: CIDRBlock? = nil, table: UInt32, owner: String
    ) {
        self.priority = priority
        self.mark = mark
        self.mask = mask
        self.source = source
        self.table = table
        self.owner = owner
    }

    /// The words after `ip rule add`.
    public var text: String {
        // Without a mark it is a rule for every packet, as the kernel's own three are.
        let isForAny = mark == 0 && (mask ?? 0) == 0
        let mask = mask.map { "/0x\(String($0, radix: 16))" } ?? ""
        let from = source.map { " from \($0)" } ?? ""
        let marked = isForAny ? "" : " fwmark 0x\(String(mark, radix: 16))\(mask)"
        return "pref \(priority)\(from)\(marked) lookup \(table)"
    }
}
