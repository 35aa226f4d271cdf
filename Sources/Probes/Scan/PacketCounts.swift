/// Every packet that came back to a scan, by kind; repeated answers count each time.
public struct PacketCounts: Hashable, Sendable {
    public internal(set) var synAcks = 0
    public internal(set) var resets = 0
    /// ICMP errors from others.
    public internal(set) var icmpErrors = 0
    /// ICMP errors the sender's own kernel made, as when nobody answers ARP: no packet came back.
    public internal(set) var ownICMPErrors = 0
    public internal(set) var datagrams = 0
    public internal(set) var echoReplies = 0
    /// For our port, but no answer to what was asked.
    public internal(set) var others = 0

    public init() {}

    /// What came back from the network. 0 is silence.
    public var total: Int { synAcks + resets + icmpErrors + datagrams + echoReplies + others }

    static func + (left: Self, right: Self) -> Self {
        var sum = left
        sum.synAcks += right.synAcks
        sum.resets += right.resets
        sum.icmpErrors += right.icmpErrors
        sum.ownICMPErrors += right.ownICMPErrors
        sum.datagrams += right.datagrams
        sum.echoReplies += right.echoReplies
        sum.others += right.others
        return sum
    }
}
