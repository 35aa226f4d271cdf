import CloudModel
import IPAddressing
import KernelObjects

/// An instance: interfaces with their subnets' real prefixes, and the router's .1 as gateway.
enum InstanceNode {
    /// The zone of the VPC's private names.
    static let searchDomains = ["lab.internal", "ec2.internal"]
    /// The router always gives a node in the VPC the first index after `lo`.
    static let device = Device(name: "eth0", index: 2)

    /// The instance, and those of its containers that have namespaces of their own.
    static func plans(_ instance: Instance, in vpc: VPC, builder: inout PlanBuilder) -> [NodePlan] {
        var host = plan(instance, in: vpc)
        let containers = ContainerNode.plans(on: instance, in: vpc, &host, builder: &builder)
        return [host] + containers
    }

    private static func plan(_ instance: Instance, in vpc: VPC) -> NodePlan {
        var node = NodePlan(instance.name, instance.isTask ? .task : .instance)
        if instance.isMiddlebox {
            // Whoever switches the check off means to forward.
            node.sysctls = Sysctl.forwarding
        } else if !instance.secondaryInterfaces.isEmpty {
            node.sysctls = [
                Sysctl("net.ipv4.conf.all.rp_filter", "0"), Sysctl("net.ipv4.conf.default.rp_filter", "0"),
            ]
        }
        if !instance.secondaryInterfaces.isEmpty {
            // Each interface answers for its own addresses only.
            node.sysctls += [
                Sysctl("net.ipv4.conf.default.arp_ignore", "1"), Sysctl("net.ipv4.conf.default.arp_announce", "2"),
            ]
        }
        for (number, interface) in instance.interfaces.enumerated() {
            attach(
                &node, interface, number: number, subnet: vpc.subnet(interface.subnet),
                hasSiblings: !instance.secondaryInterfaces.isEmpty)
        }
        node.sockets = instance.listeners.map {
            SocketPlan(kind: $0.socketKind, port: $0.port, owner: node.subject)
        }
        for container in instance.containers where container.network == .host {
            node.sockets += container.listeners.map {
                SocketPlan(kind: $0.socketKind, port: $0.port, owner: "container \(container.name)")
            }
        }
        node.resolvers = vpc.resolver.map { [$0] } ?? []
        node.searchDomains = searchDomains
        node.sysctls += [.unlimitedErrors] + Sysctl.forServers(node.sockets)
        return node
    }

    /// The interface side that instances, endpoints and NAT gateways share.
    ///
    /// Where there are several, what is sent from an address leaves by the interface that has it: the guest of an Amazon
    /// image sets such rules by itself (`amazon-ec2-net-utils`).
    static func attach(
        _ node: inout NodePlan, _ interface: NetworkInterface, number: Int, subnet: Subnet?, hasSiblings: Bool = false
    ) {
        guard let subnet else { return }
        let device = Device(name: "eth\(number)", index: Self.device.index + Int32(number))
        node.devices.append(device)
        node.addresses += interface.privateAddresses.map {
            InterfaceAddress($0, prefixLength: subnet.cidrBlock.prefixLength, device: device)
        }
        let owner = "subnet \(subnet.name)"
        if number == 0 {
            node.routes.append(KernelRoute(.everywhere, via: subnet.gateway, device: device, owner: owner))
        }
        guard hasSiblings else { return }
        let table = 1000 + UInt32(number)
        node.routes.append(KernelRoute(.everywhere, via: subnet.gateway, device: device, table: table, owner: owner))
        for address in interface.privateAddresses {
            node.rules.append(
                KernelRule(
                    priority: table * 10 + UInt32(node.rules.count), source: CIDRBlock(address), table: table,
                    owner: owner))
        }
    }
}

extension Sysctl {
    /// A closed UDP port refuses every datagram: by itself the kernel tells one asker once a second, and all who share a
    /// NAT gateway's address are one asker. What is measured must not depend on what was measured before.
    static let unlimitedErrors = Sysctl("net.ipv4.icmp_ratemask", "0")
    /// nginx and sshd run as ordinary users and still want their ports.
    static let ordinaryUsersTakeAnyPort = Sysctl("net.ipv4.ip_unprivileged_port_start", "0")

    static func forServers(_ sockets: [SocketPlan]) -> [Sysctl] {
        let kinds: Set<SocketPlan.Kind> = [.https, .registry, .ssh]
        return sockets.contains { kinds.contains($0.kind) } ? [ordinaryUsersTakeAnyPort] : []
    }
}

extension Instance {
    /// Some interface may carry what is not its own.
    var isMiddlebox: Bool { interfaces.contains { !$0.sourceDestinationCheck } }
}
