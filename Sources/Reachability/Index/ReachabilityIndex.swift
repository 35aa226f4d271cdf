public import CloudModel
import IPAddressing

/// A lab compiled for questions: built once, asked a million times.
///
/// A class so that a walk holds one reference to it, whatever the size of the lab; everything in it is constant.
public final class ReachabilityIndex: Sendable {
    public let lab: Lab
    let vpcs: [IndexedVPC]
    let subnets: [IndexedSubnet]
    let interfaces: [IndexedInterface]
    let ruleSets: [RuleSet]
    /// Every security group of the lab by number.
    let groups: [(vpc: Int, model: SecurityGroup)]
    let transitGateways: [IndexedTransitGateway]
    /// Two VPCs for each peering connection; `nil` if either does not exist.
    let peerings: [(requester: Int, accepter: Int)?]
    /// The VPC whose Internet gateway holds a public address.
    let publicOwners: [IPv4Address: Int]
    /// Public addresses that are somebody's, and of no interface that lives: pools of one address.
    let idleAddresses: Set<IPv4Address>
    let hosts: [IPv4Address: Int]
    /// First interfaces by node, and all by their own name.
    let interfaceOfNode: [String: Int]
    let interfaceNamed: [String: Int]
    let containers: [IndexedContainer]
    let containerNamed: [String: Int]
    /// Those behind `docker0`, by the first interface of the host, for hosts that have any.
    let containersOfHost: [Int: [Int]]

    public init(_ lab: Lab) {
        var builder = IndexBuilder(lab)
        builder.build()
        self.lab = lab
        vpcs = builder.vpcs.map { IndexedVPC($0) }
        subnets = builder.subnets
        interfaces = builder.interfaces
        ruleSets = builder.ruleSets
        groups = builder.groups
        transitGateways = builder.transitGateways
        peerings = builder.peerings
        publicOwners = builder.publicOwners
        idleAddresses = Set(lab.internet.furtherPools.filter { $0.prefixLength == 32 }.map(\.base))
        hosts = Dictionary(
            lab.internet.hosts.enumerated().map { ($1.address, $0) }, uniquingKeysWith: { first, _ in first })
        interfaceOfNode = builder.interfaceOfNode
        interfaceNamed = builder.interfaceNamed
        containers = builder.containers
        containerNamed = builder.containerNamed
        containersOfHost = builder.containersOfHost
    }

    /// Whether two VPCs exchange packets by a peering connection, so that each may name the other's groups.
    func arePeered(_ one: Int, _ other: Int) -> Bool {
        peerings.contains { $0.map { $0 == (one, other) || $0 == (other, one) } ?? false }
    }
}
