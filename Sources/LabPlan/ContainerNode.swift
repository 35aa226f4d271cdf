import CloudModel
import IPAddressing
import KernelObjects

/// The containers of an instance that have a namespace of their own: network modes `bridge` and `none`.
///
/// Behind `docker0` every container has an address of 172.17.0.0/16 and 172.17.0.1 as its gateway. Docker makes a bridge
/// of it; here each container has a wire of its own to the host, which answers ARP for the others, so that what passes
/// between two of them meets the host's rules as well (as it does in Docker with `bridge-nf-call-iptables`).
enum ContainerNode {
    /// Docker's own, whatever the host's interface carries.
    private static let mtu = 1500

    static func plans(on host: Instance, in vpc: VPC, _ hostPlan: inout NodePlan, builder: inout PlanBuilder)
        -> [NodePlan]
    {
        let bridged = host.bridgedContainers
        if !bridged.isEmpty { furnish(&hostPlan, for: host) }
        let addresses = Dictionary(
            bridged.map { ($0.container.name, $0.address) }, uniquingKeysWith: { first, _ in first })
        return host.containers.filter { $0.network != .host }.map { container in
            var plan = NodePlan(container.name, .container)
            plan.sockets = container.listeners.map {
                SocketPlan(kind: $0.socketKind, port: $0.port, owner: plan.subject)
            }
            plan.sysctls = [.unlimitedErrors] + Sysctl.forServers(plan.sockets)
            if let address = addresses[container.name] {
                plan.resolvers = vpc.resolver.map { [$0] } ?? []
                plan.searchDomains = InstanceNode.searchDomains
                wire(&plan, address, to: &hostPlan, builder: &builder)
            }
            return plan
        }
    }

    /// What Docker changes on the host.
    private static func furnish(_ plan: inout NodePlan, for host: Instance) {
        let known = Set(plan.sysctls)
        plan.sysctls += (Sysctl.forwarding + [.answersForOthers]).filter { !known.contains($0) }
        plan.addresses.append(InterfaceAddress(DockerBridge.gateway, prefixLength: 32, device: .loopback))
        // Nobody else has an address of the block, inside the VPC or outside it.
        plan.routes.append(KernelRoute(DockerBridge.block, kind: .unreachable, owner: owner(host)))
        plan.nft = DockerRules(host).table
    }

    private static func wire(
        _ plan: inout NodePlan, _ address: IPv4Address, to host: inout NodePlan, builder: inout PlanBuilder
    ) {
        let mac = MACAddress(realm: MACRealm.container, host: address.number)
        let wire = builder.connect(
            (host.name, plan.name, MACAddress(realm: MACRealm.containerHost, host: address.number)),
            (plan.name, "eth0", mac), mtu: mtu)
        plan.devices = [wire.far]
        plan.addresses = [
            InterfaceAddress(address, prefixLength: DockerBridge.block.prefixLength, device: wire.far)
        ]
        plan.routes = [KernelRoute(.everywhere, via: DockerBridge.gateway, device: wire.far, owner: plan.subject)]
        host.proxyARP.append(wire.near)
        host.neighbors.append(Neighbor(address, mac: mac, device: wire.near))
        host.routes.append(
            KernelRoute(CIDRBlock(address), device: wire.near, source: DockerBridge.gateway, owner: plan.subject))
    }

    static func owner(_ host: Instance) -> String { "docker \(host.name)" }
}

extension Sysctl {
    /// ARP for the neighbours behind other wires.
    static let answersForOthers = Sysctl("net.ipv4.conf.default.proxy_arp", "1")
}
