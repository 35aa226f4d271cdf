import CloudModel
import IPAddressing

/// A network interface of the lab, whoever owns it.
final class IndexedInterface: Sendable {
    enum Owner: Hashable, Sendable {
        /// Positions in the VPC's lists.
        case instance(Int)
        case natGateway(Int)
        case loadBalancerNode(Int, node: Int)
        case endpoint(Int)
    }

    let vpc: Int
    let subnet: Int
    let owner: Owner
    /// Its own name, or its node's.
    let name: String
    let ownerName: String
    let origin: Origin
    /// The primary one first.
    let addresses: [IPv4Address]
    let publicAddress: IPv4Address?
    /// `nil` where groups do not apply: NAT gateways, and load balancers that have none.
    let rules: Int?
    let groups: GroupBits
    let checksSource: Bool
    /// What has taken it away.
    let outage: Outage?

    /// Its owner's interfaces, itself among them, the first one first.
    let siblings: Range<Int>

    let address: IPv4Address

    init(
        _ interface: NetworkInterface, vpc: Int, subnet: Int, owner: Owner, ownerName: String, origin: Origin,
        rules: Int?, groups: GroupBits, outage: Outage?, siblings: Range<Int>
    ) {
        self.outage = outage
        self.vpc = vpc
        self.subnet = subnet
        self.owner = owner
        self.ownerName = ownerName
        self.origin = origin
        self.rules = rules
        self.groups = groups
        self.siblings = siblings
        name = interface.name.isEmpty ? ownerName : interface.name
        address = interface.privateAddress
        addresses = [interface.privateAddress] + interface.secondaryAddresses.map(\.privateAddress)
        publicAddress = interface.publicAddress
        checksSource = interface.sourceDestinationCheck
    }

    func has(_ address: IPv4Address) -> Bool { self.address == address || addresses.contains(address) }
}
