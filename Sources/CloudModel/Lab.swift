/// A whole lab: the cloud, what lies outside it, and the claims to check.
public struct Lab: Hashable, Sendable {
    public var name: String
    public var title: String
    public var vpcs: [VPC]
    public var peerings: [VPCPeering]
    public var transitGateways: [TransitGateway]
    public var prefixLists: [PrefixList]
    public var internet: Internet
    public var checks: [Check]
    /// Programs of the machine that checks run, beyond the first words of their commands.
    public var programs: [String] = []
    /// What has failed in the running lab; no lab file says so.
    public var outages: [Outage] = []
    public var origin: Origin

    public init(
        name: String, title: String = "", vpcs: [VPC] = [], peerings: [VPCPeering] = [],
        transitGateways: [TransitGateway] = [], prefixLists: [PrefixList] = [], internet: Internet = Internet(),
        checks: [Check] = [], origin: Origin = .none
    ) {
        self.name = name
        self.title = title
        self.vpcs = vpcs
        self.peerings = peerings
        self.transitGateways = transitGateways
        self.prefixLists = prefixLists
        self.internet = internet
        self.checks = checks
        self.origin = origin
    }
}
