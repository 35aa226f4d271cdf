import CloudModel

/// A kind of thing that AWS describes, packets depend on, and the lab has no noun for: named with its id.
struct Unreproduced {
    /// What it is, after "is".
    let title: String
    /// What follows from its absence.
    let consequence: String

    init(_ title: String, _ consequence: String) {
        self.title = title
        self.consequence = consequence
    }

    /// By the top-level key of the command that prints it.
    static func of(_ key: String) -> Unreproduced? { all[key] }

    private static let goneRoutes = "the lab has none of these: routes to it are blackholes"
    private static let resolver = "the lab's resolver knows nothing of it: names may resolve otherwise than in AWS"
    private static let passes = "the lab does not filter there: packets that it would drop pass"

    private static let all: [String: Unreproduced] = [
        "CarrierGateways": .init("a carrier gateway", goneRoutes),
        "LocalGateways": .init("a local gateway", goneRoutes),
        "LocalGatewayRouteTables": .init("the route table of a local gateway", goneRoutes),
        "LocalGatewayVirtualInterfaces": .init("a local gateway's virtual interface", goneRoutes),
        "CoipPools": .init("a pool of customer-owned addresses", "they are missing"),
        "CoreNetworks": .init("a core network of Cloud WAN", goneRoutes),
        "CoreNetwork": .init("a core network of Cloud WAN", goneRoutes),
        "RouteServers": .init("a route server", "only the routes that its tables show now are in the lab"),
        "RouteServerEndpoints": .init("an endpoint of a route server", "nothing answers at its address"),
        "RouteServerPeers": .init(
            "a peer of a route server", "only the routes that its tables show now are in the lab"),
        "TransitGatewayConnects": .init("a Connect attachment", "its tunnels and their routes are missing"),
        "TransitGatewayConnectPeers": .init("a Connect peer", "its tunnel and its routes are missing"),
        "TransitGatewayMulticastDomains": .init("a multicast domain", "the lab carries no multicast"),
        "TransitGatewayPolicyTables": .init(
            "a policy table", "the lab knows route tables only: its attachments may go elsewhere"),
        "TransitGatewayRouteTableAssociations": .init(
            "an association of a transit gateway's table",
            "it is not read: associations are taken from `TransitGatewayAttachments`"),
        "ClientVpnEndpoints": .init(
            "a client VPN endpoint", "its clients are missing, and packets to them are dropped"),
        "VpnConcentrators": .init("a VPN concentrator", "what is behind it is missing"),
        "InstanceConnectEndpoints": .init(
            "an EC2 Instance Connect endpoint", "the way to instances through it is missing"),
        "VerifiedAccessEndpoints": .init("a Verified Access endpoint", "the way to services through it is missing"),
        "TrafficMirrorSessions": .init("a traffic mirror session", "nothing is mirrored: its targets get no packets"),
        "ServiceConfigurations": .init(
            "an endpoint service",
            "packets of its consumers do not come through it; endpoints of it answer by themselves"),
        "VpcEndpointConnections": .init("a consumer of an endpoint service", "its packets do not arrive"),
        "VpcBlockPublicAccessOptions": .init(
            "the account's setting of VPC Block Public Access",
            "the lab does not block: what it says of Internet gateways is more than AWS lets through, if it is on"),
        "VpcBlockPublicAccessExclusions": .init(
            "an exclusion of VPC Block Public Access", "the lab does not block, so it excludes nothing"),
        "VpcEncryptionControls": .init(
            "a VPC encryption control", "the lab does not enforce it: ways that AWS would refuse are open"),
        "Firewalls": .init("a network firewall", passes + "; routes to its endpoints are blackholes"),
        "Firewall": .init("a network firewall", passes + "; routes to its endpoints are blackholes"),
        "FirewallStatus": .init("the state of a network firewall", goneRoutes),
        "FirewallPolicies": .init("a policy of a network firewall", passes),
        "FirewallPolicy": .init("a policy of a network firewall", passes),
        "RuleGroups": .init("a rule group of a firewall", passes),
        "RuleGroup": .init("a rule group of a firewall", passes),
        "WebACLs": .init("a web ACL", "the load balancers it protects have no firewall in the lab"),
        "WebACL": .init("a web ACL", "the load balancers it protects have no firewall in the lab"),
        "TrustStores": .init("a trust store", "the lab asks no client for a certificate"),
        "Certificates": .init(
            "a certificate", "HTTPS listeners of the lab have certificates of its own, for the names of the lab"),
        "ResolverEndpoints": .init("an endpoint of Route 53 Resolver", resolver + "; nothing answers at its addresses"),
        "ResolverRules": .init("a rule of Route 53 Resolver", resolver),
        "ResolverRuleAssociations": .init("an association of a resolver rule", resolver),
        "FirewallRuleGroups": .init("a DNS firewall's rule group", resolver),
        "FirewallRuleGroupAssociations": .init("an association of a DNS firewall's rule group", resolver),
        "HostedZones": .init("a hosted zone", resolver),
        "ResourceRecordSets": .init("a record of a hosted zone", resolver),
        "ServiceNetworks": .init("a service network of VPC Lattice", "the ways through it are missing"),
        "CacheClusters": .init(
            "a cache cluster", "only its interfaces count, as `aws ec2 describe-network-interfaces` prints them"),
        "FileSystems": .init(
            "a file system", "only its interfaces count, as `aws ec2 describe-network-interfaces` prints them"),
        "AutoScalingGroups": .init("an Auto Scaling group", "the lab has the instances of now, and starts no other"),
        "SecondaryNetworks": .init("a secondary network", "it and its interfaces are missing"),
        "SecondarySubnets": .init("a secondary subnet", "it and its interfaces are missing"),
    ]

    /// The id by which its own description calls a thing: the first of its texts whose key ends like an id's.
    static func id(of record: Record) -> String? {
        for ending in ["Id", "Arn", "Name", "id", "arn", "name"] {
            for member in record.members where member.key.hasSuffix(ending) {
                if case .string(let text) = member.value.content, !text.isEmpty { return text }
            }
        }
        return nil
    }
}

extension Unreproduced {
    func complain(of record: Record) {
        let id = Self.id(of: record).map { "`\(ObjectName.shown($0))` is \(title)" } ?? "there is \(title)"
        record.lost(id, consequence)
    }
}
