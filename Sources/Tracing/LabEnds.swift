public import CloudModel
public import IPAddressing

/// The addresses an end of a flow can have on its way through a lab.
public enum LabEnds {
    /// Of a node that sends: its own, and those that NAT gateways of its VPC and load balancers lend it.
    public static func guises(of node: String, in lab: Lab) -> Set<IPv4Address> {
        let gateways = (lab.vpc(of: node)?.natGateways ?? []).filter { $0.name != node }
        let balancers = lab.vpcs.flatMap(\.loadBalancers).flatMap(\.nodes).filter { $0.name != node }
        return addresses(of: node, in: lab).union(
            gateways.flatMap { [$0.privateAddress, $0.elasticIP].compactMap { $0 } }
        ).union(balancers.map(\.interface.privateAddress))
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

    /// Whether a host hands what comes to the port on to a container, which has it on another.
    public static func isPublished(_ port: UInt16, at address: IPv4Address, in lab: Lab) -> Bool {
        lab.vpcs.flatMap(\.instances).contains { host in
            host.bridgedContainers.contains { $0.container.publishedPorts.contains { $0.hostPort == port } }
                && addresses(of: host.name, in: lab).contains(address)
        }
    }

    /// An address with the others of the node that has it.
    public static func all(_ address: IPv4Address, in lab: Lab) -> Set<IPv4Address> {
        let nodes = lab.vpcs.flatMap {
            $0.instances.map(\.name) + $0.natGateways.map(\.name) + $0.loadBalancers.flatMap(\.nodes).map(\.name)
        }
        let owner = nodes.first { addresses(of: $0, in: lab).contains(address) }
        // What comes to a host may go on to a container.
        let behind = owner.flatMap { lab.vpc(of: $0)?.instance($0)?.bridgedContainers.map(\.address) } ?? []
        return (owner.map { addresses(of: $0, in: lab) } ?? []).union([address] + behind)
    }
}
