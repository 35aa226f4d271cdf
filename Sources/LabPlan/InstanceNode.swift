import CloudModel
import IPAddressing
import KernelObjects

/// An instance: one interface with the subnet's real prefix, and the router's .1 as gateway.
enum InstanceNode {
    /// The zone of the VPC's private names.
    static let searchDomains = ["lab.internal", "ec2.internal"]
    /// The router always gives a node in the VPC the first index after `lo`.
    static let device = Device(name: "eth0", index: 2)

    static func plan(_ instance: Instance, in vpc: VPC) -> NodePlan {
        var node = NodePlan(instance.name, .instance)
        attach(&node, address: instance.interface.privateAddress, subnet: vpc.subnet(instance.interface.subnet))
        node.sockets = instance.listeners.map {
            SocketPlan(kind: $0.socketKind, port: $0.port, owner: "instance \(instance.name)")
        }
        node.resolvers = vpc.resolver.map { [$0] } ?? []
        node.searchDomains = searchDomains
        return node
    }

    /// The interface side that instances and NAT gateways share.
    static func attach(_ node: inout NodePlan, address: IPv4Address, subnet: Subnet?) {
        guard let subnet else { return }
        node.devices = [device]
        node.addresses = [
            InterfaceAddress(address, prefixLength: subnet.cidrBlock.prefixLength, device: device)
        ]
        node.routes = [
            KernelRoute(.everywhere, via: subnet.gateway, device: device, owner: "subnet \(subnet.name)")
        ]
    }
}
