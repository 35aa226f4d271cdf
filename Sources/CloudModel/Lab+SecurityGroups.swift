// Security groups that rules of other groups name.
extension Lab {
    /// The group a rule of `vpc` means: of the VPC itself first, else of one it is peered with. Across a transit
    /// gateway AWS keeps no group references unless asked, and the lab never does.
    public func securityGroup(_ name: String, namedIn vpc: VPC) -> (group: SecurityGroup, vpc: VPC)? {
        for candidate in [vpc] + peerings(of: vpc).map(\.peer) {
            if let group = candidate.securityGroup(name) { return (group, candidate) }
        }
        return nil
    }
}

extension VPC {
    /// The interfaces that carry security groups: of instances, of interface endpoints, of load balancers' nodes.
    public var groupedInterfaces: [NetworkInterface] {
        instances.flatMap(\.interfaces) + endpoints.flatMap(\.interfaces)
            + loadBalancers.flatMap(\.nodes).map(\.interface)
    }

    /// The interfaces in a group, whose private addresses a rule that names it stands for.
    public func members(ofGroup name: String) -> [NetworkInterface] {
        groupedInterfaces.filter { $0.securityGroups.contains(name) }
    }
}

extension Instance {
    /// The first interface and the others.
    public var interfaces: [NetworkInterface] { [interface] + secondaryInterfaces }
}
