public import IPAddressing

// What the lab says of a node, whichever noun it is.
extension Lab {
    /// The VPC an instance or a NAT gateway belongs to; `nil` on the Internet.
    public func vpc(of node: String) -> VPC? {
        vpcs.first { $0.instance(node) != nil || $0.natGateway(node) != nil }
    }

    /// The subnet it stands in.
    public func subnet(of node: String) -> String? {
        let vpc = vpc(of: node)
        return vpc?.instance(node)?.interface.subnet ?? vpc?.natGateway(node)?.subnet
    }

    /// The address the VPC knows it by.
    public func privateAddress(of node: String) -> IPv4Address? {
        let vpc = vpc(of: node)
        return vpc?.instance(node)?.interface.privateAddress ?? vpc?.natGateway(node)?.privateAddress
    }

    /// The address the Internet knows it by.
    public func publicAddress(of node: String) -> IPv4Address? {
        guard let vpc = vpc(of: node) else { return internet.host(node)?.address }
        if let instance = vpc.instance(node) { return instance.interface.publicAddress }
        return vpc.natGateway(node)?.elasticIP
    }
}
