/// What became of a packet, in the words network analysers share.
public enum Disposition: String, Hashable, Sendable, CaseIterable {
    case accepted = "ACCEPTED"
    /// It left the lab towards a host that the lab does not hold.
    case exitsNetwork = "EXITS_NETWORK"
    /// Refused as it came in.
    case deniedIn = "DENIED_IN"
    /// Refused as it went out.
    case deniedOut = "DENIED_OUT"
    case noRoute = "NO_ROUTE"
    /// A route, or the router, threw it away.
    case nullRouted = "NULL_ROUTED"
    /// The subnet exists, but nobody in it has the address.
    case neighborUnreachable = "NEIGHBOR_UNREACHABLE"
    case loop = "LOOP"

    public var isSuccess: Bool { self == .accepted || self == .exitsNetwork }
}
