public import IPAddressing

/// One entry of a kernel routing table.
public struct KernelRoute: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        case unicast
        /// Ends the lookup in this table; the next rule goes on.
        case `throw`
        /// The sender is told that there is no way; a forwarded packet as well.
        case unreachable
        /// Every address of the block is the node's own.
        case local
    }

    public var kind: Kind
    public var destination: CIDRBlock
    /// Reached on the device without asking whether the subnet holds it (`onlink`).
    public var gateway: IPv4Address?
    public var device: Device?
    /// The source of packets the kernel itself sends this way (`src`).
    public var source: IPv4Address?
    /// 254 is `main`.
    public var table: UInt32
    /// The object of the user's file that asked for it.
    public var owner: String

    public init(
        _ destination: CIDRBlock, kind: Kind = .unicast, via gateway: IPv4Address? = nil, device: Device? = nil,
        source: IPv4Address? = nil, table: UInt32 = KernelRoute.mainTable, owner: String
    ) {
        self.kind = kind
        self.destination = destination
        self.gateway = gateway
        self.device = device
        self.source = source
        self.table = table
        self.owner = owner
    }

    /// `RT_TABLE_MAIN`.
    public static let mainTable: UInt32 = 254

    /// The words after `ip route add`.
    public var text: String {
        var words = kind == .unicast ? [] : [kind.rawValue]
        words.append(destination == .everywhere ? "default" : "\(destination)")
        if let gateway { words.append("via \(gateway)") }
        if let device { words.append("dev \(device.name)") }
        if gateway != nil { words.append("onlink") }
        if let source { words.append("src \(source)") }
        if table != Self.mainTable { words.append("table \(table)") }
        // `ip` puts a local route into table `local` unless told otherwise.
        if kind == .local, table == Self.mainTable { words.append("table main") }
        return words.joined(separator: " ")
    }
}
