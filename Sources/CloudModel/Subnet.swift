public import IPAddressing

/// A part of the VPC's range in one zone, with one route table.
public struct Subnet: Hashable, Sendable {
    public var name: String
    public var cidrBlock: CIDRBlock
    public var zone: String
    /// The name of its route table in the same VPC (explicit, its own inline one, or the main table).
    public var routeTable: String
    /// The name of its network ACL; `nil` is the VPC's default one.
    public var networkACL: String?
    public var origin: Origin

    public init(
        name: String, cidrBlock: CIDRBlock, zone: String = "a", routeTable: String, networkACL: String? = nil,
        origin: Origin = .none
    ) {
        self.name = name
        self.cidrBlock = cidrBlock
        self.zone = zone
        self.routeTable = routeTable
        self.networkACL = networkACL
        self.origin = origin
    }

    /// The implicit router: the subnet's first host address.
    public var gateway: IPv4Address { cidrBlock.base + 1 }

    /// The five addresses AWS keeps, with its reason for each.
    public var reservedAddresses: [(address: IPv4Address, reason: String)] {
        [
            (cidrBlock.base, "the network address"),
            (cidrBlock.base + 1, "the VPC router"),
            (cidrBlock.base + 2, "the DNS server"),
            (cidrBlock.base + 3, "kept by AWS for the future"),
            (cidrBlock.last, "the broadcast address"),
        ]
    }
}
