public import IPAddressing

// What the lab says of a node, whichever noun it is.
extension Lab {
    /// The VPC an instance, a NAT gateway, an endpoint or a load balancer's node belongs to; `nil` on the Internet.
    public func vpc(of node: String) -> VPC? {
        vpcs.first { $0.interface(of: node) != nil || $0.natGateway(node) != nil }
    }

    /// The subnet it stands in.
    public func subnet(of node: String) -> String? {
        let vpc = vpc(of: node)
        return vpc?.interface(of: node)?.subnet ?? vpc?.natGateway(node)?.subnet
    }

    /// The address the VPC knows it by.
    public func privateAddress(of node: String) -> IPv4Address? {
        let vpc = vpc(of: node)
        return vpc?.interface(of: node)?.privateAddress ?? vpc?.natGateway(node)?.privateAddress
    }

    /// The address the Internet knows it by.
    public func publicAddress(of node: String) -> IPv4Address? {
        guard let vpc = vpc(of: node) else { return internet.host(node)?.address }
        if let interface = vpc.interface(of: node) { return interface.publicAddress }
        return vpc.natGateway(node)?.elasticIP
    }
}

extension VPC {
    /// The interface of an interface endpoint by its own name: `sqs-a`.
    public func endpointInterface(_ name: String) -> NetworkInterface? {
        endpoints.lazy.flatMap(\.interfaces).first { $0.name == name }
    }

    /// The first interface of an instance, or that of an endpoint or of a load balancer's node. A container is known by
    /// that of its host, unless it has no network.
    func interface(of node: String) -> NetworkInterface? {
        instance(node)?.interface ?? endpointInterface(node) ?? loadBalancerNode(node)?.interface
            ?? container(node).flatMap { $0.container.network == .none ? nil : $0.host.interface }
    }
}
