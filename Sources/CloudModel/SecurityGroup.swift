public import IPAddressing

/// A security group: allow rules only, stateful; a new one lets nothing in and everything out.
public struct SecurityGroup: Hashable, Sendable {
    public var name: String
    public var ingress: [SecurityGroupRule]
    public var egress: [SecurityGroupRule]
    public var origin: Origin

    public init(
        name: String, ingress: [SecurityGroupRule] = [], egress: [SecurityGroupRule] = [.everything],
        origin: Origin = .none
    ) {
        self.name = name
        self.ingress = ingress
        self.egress = egress
        self.origin = origin
    }
}

/// One allow rule of a security group.
public struct SecurityGroupRule: Hashable, Sendable {
    /// Who may be at the other end.
    public enum Peer: Hashable, Sendable {
        case cidr(CIDRBlock)
        /// The private addresses of the interfaces in that group.
        case securityGroup(String)
    }

    public var traffic: Traffic
    public var peer: Peer
    /// The prefix list it was written with, of which the peer is one block.
    public var prefixList: String?
    public var origin: Origin

    public init(traffic: Traffic, peer: Peer, prefixList: String? = nil, origin: Origin = .none) {
        self.traffic = traffic
        self.peer = peer
        self.prefixList = prefixList
        self.origin = origin
    }

    /// All traffic, everyone: the egress rule of a new group.
    public static let everything = SecurityGroupRule(traffic: .all, peer: .cidr(.everywhere))
}

/// What kind of packet a rule speaks of.
public enum Traffic: Hashable, Sendable {
    case all
    case tcp(ClosedRange<UInt16>)
    case udp(ClosedRange<UInt16>)
    /// `nil` means every type, or every code of the type.
    case icmp(type: UInt8?, code: UInt8?)
    /// Any other protocol by its IP protocol number.
    case protocolNumber(UInt8)
}
