/// One policy routing rule: packets with this mark look in that table.
public struct KernelRule: Hashable, Sendable {
    /// Lower is asked first; `main` sits at 32766.
    public var priority: UInt32
    public var mark: UInt32
    /// Which bits of the mark count; all of them when `nil`.
    public var mask: UInt32?
    public var table: UInt32
    public var owner: String

    public init(priority: UInt32, mark: UInt32, mask: UInt32? = nil, table: UInt32, owner: String) {
        self.priority = priority
        self.mark = mark
        self.mask = mask
        self.table = table
        self.owner = owner
    }

    /// The words after `ip rule add`.
    public var text: String {
        // Without a mark it is a rule for every packet, as the kernel's own three are.
        if mark == 0, mask == 0 { return "pref \(priority) lookup \(table)" }
        let mask = mask.map { "/0x\(String($0, radix: 16))" } ?? ""
        return "pref \(priority) fwmark 0x\(String(mark, radix: 16))\(mask) lookup \(table)"
    }
}
