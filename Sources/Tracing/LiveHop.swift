public import IPAddressing
public import Nftables

/// What one component of a lab did with one packet, as its kernel reported it.
public struct LiveHop: Hashable, Sendable {
    /// What became of the packet here.
    public enum Outcome: Hashable, Sendable {
        /// It left by the output interface.
        case forwarded
        /// It came to a program, or to the kernel itself.
        case delivered
        /// Dropped by a rule; `owner` is the rule's name in the words of the lab file.
        case dropped(owner: String)
        /// Not seen again, and no rule dropped it: the kernel had no route, or no hops were left.
        case lost
    }

    /// One end of a wire, and who is at the other.
    public struct Interface: Hashable, Sendable {
        public let name: String
        public let peer: String
    }

    /// A rule of the component that has an owner and matched.
    public struct Rule: Hashable, Sendable {
        /// `sg app egress[0]`, `acl default out #100 allow`, `igw: private destination`.
        public let owner: String
        public let chain: String
        /// `accept`, `drop`, `return` or `continue`.
        public let verdict: String
        /// The rule in nft's words, where the chain is as planned; else empty.
        public let text: String
    }

    /// How a VPC's router placed it.
    public struct Route: Hashable, Sendable {
        /// `rtb private-a`, or `local route`.
        public let table: String
        public let destination: CIDRBlock
    }

    /// The node, which is the component's name in the lab file.
    public let node: String
    /// `instance`, `VPC router`, `NAT gateway`…
    public let role: String
    /// `nil` where the packet was made.
    public let input: Interface?
    /// Where it left, or was about to when it was dropped; `nil` where it was not to leave.
    public let output: Interface?
    /// As it came, and as it left.
    public let before: PacketHeader
    public let after: PacketHeader
    /// In the order in which they matched.
    public let rules: [Rule]
    /// Connection tracking knew the flow, so that no security group was asked.
    public let isKnownFlow: Bool
    /// Only at VPC routers.
    public let route: Route?
    public let outcome: Outcome

    /// The source that was given to the packet here, if any was.
    public var translatedSource: String? {
        (before.source, before.sourcePort) == (after.source, after.sourcePort) ? nil : after.sourceText
    }

    /// The destination that was given to it here, if any was.
    public var translatedDestination: String? {
        (before.destination, before.destinationPort) == (after.destination, after.destinationPort)
            ? nil : after.destinationText
    }
}

/// A packet's way through a lab.
public struct LivePath: Hashable, Sendable {
    /// In order; never empty.
    public let hops: [LiveHop]
    /// Nanoseconds since 1970, of the moment in which its first report was read: the kernel's reports carry no time, and
    /// those of a burst are read together. The order of paths tells more.
    public let time: Int64

    /// The packet as it was first seen, and as it was last seen.
    public var packet: PacketHeader { hops[0].before }
    public var end: LiveHop { hops[hops.count - 1] }
    public var isDelivered: Bool { end.outcome == .delivered }

    /// `nil` without hops.
    init?(_ hops: [LiveHop], time: Int64) {
        guard !hops.isEmpty else { return nil }
        self.hops = hops
        self.time = time
    }
}
