public import CloudModel
public import IPAddressing

/// The addresses an end of a flow can have on its way through a lab.
public enum LabEnds {
    /// Of a node that sends: its own, and those that NAT gateways of its VPC and load balancers lend it.
    public static func guises(of node: String, in lab: Lab) -> Set<IPv4Address> {
        let gateways = (lab.vpc(of: node)?.natGateways ?? []).filter { $0.name != node }
        let balancers = lab.vpcs.flatMap(\.loadBalancers).flatMap(\.nodes).filter { $0.name != node }
        // To its own host's published port a container speaks with docker0's address, and so does the host to it.
        let hasBridge =
            lab.bridgeAddress(of: node) != nil
            || lab.vpc(of: node)?.instance(node)?.bridgedContainers.isEmpty == false
        return addresses(of: node, in: lab).union(hasBridge ? [DockerBridge.gateway] : []).union(
            gateways.flatMap { [$0.privateAddress, $0.elasticIP].compactMap { $0 } }
        ).union(balancers.map(\.interface.privateAddress))
    }

    /// What the owners of some addresses can have on the way.
    public static func guises(at addresses: Set<IPv4Address>, in lab: Lab) -> Set<IPv4Address> {
        Set(addresses.compactMap { owner(of: $0, in: lab) }).reduce(into: addresses) {
            $0.formUnion(guises(of: $1, in: lab))
        }
    }

    /// The node of a VPC that has an address.
    private static func owner(of address: IPv4Address, in lab: Lab) -> String? {
        let nodes = lab.vpcs.flatMap {
            $0.instances.map(\.name) + $0.natGateways.map(\.name) + $0.loadBalancers.flatMap(\.nodes).map(\.name)
        }
        return nodes.first { self.addresses(of: $0, in: lab).contains(address) }
    }

    /// The node's own, private and public.
    public static func addresses(of node: String, in lab: Lab) -> Set<IPv4Address> {
        var all = Set(
            [lab.bridgeAddress(of: node), lab.privateAddress(of: node), lab.publicAddress(of: node)].compactMap { $0 })
        if let instance = lab.vpc(of: node)?.instance(node) {
            for interface in instance.interfaces {
                all.formUnion(interface.privateAddresses)
                all.formUnion(interface.associations.compactMap(\.publicAddress))
            }
        }
        return all
    }

    /// Whether what comes to the port goes on to another: a host's container has it on another port, and so may the
    /// target of a network load balancer.
    public static func isHandedOn(_ port: UInt16, at address: IPv4Address, in lab: Lab) -> Bool {
        let isPublished = lab.vpcs.flatMap(\.instances).contains { host in
            host.bridgedContainers.contains { $0.container.publishedPorts.contains { $0.hostPort == port } }
                && addresses(of: host.name, in: lab).contains(address)
        }
        return isPublished || lab.vpcs.contains { $0.networkBalancer(at: address) != nil }
    }

    /// An address with the others of the node that has it, and of those to whom the node hands on what comes there.
    public static func all(_ address: IPv4Address, in lab: Lab) -> Set<IPv4Address> {
        let owner = owner(of: address, in: lab)
        let containers = owner.flatMap { lab.vpc(of: $0)?.instance($0)?.bridgedContainers.map(\.address) } ?? []
        let targets = lab.vpcs.flatMap { vpc in vpc.networkBalancer(at: address).map(vpc.targets) ?? [] }
        return (owner.map { addresses(of: $0, in: lab) } ?? []).union([address] + containers + targets)
    }
}

extension VPC {
    /// The network load balancer that has a node there. (An application load balancer ends a flow itself.)
    fileprivate func networkBalancer(at address: IPv4Address) -> LoadBalancer? {
        loadBalancers.first { balancer in
            balancer.kind == .network
                && balancer.nodes.contains {
                    $0.interface.privateAddress == address || $0.interface.publicAddress == address
                }
        }
    }

    /// The addresses of all its targets.
    fileprivate func targets(of balancer: LoadBalancer) -> [IPv4Address] {
        let actions = balancer.listeners.map(\.action)
        let groups = targetGroups.filter { actions.contains(.forward(targetGroup: $0.name)) }
        return groups.flatMap(\.targets).compactMap { place(of: $0)?.address }
    }
}
