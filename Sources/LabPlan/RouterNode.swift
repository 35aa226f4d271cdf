import CloudModel
import IPAddressing
import KernelObjects

/// The VPC's implicit router: one wire per network interface, one routing table per route table.
///
/// How a packet goes through it, in the order of the hooks:
/// 1. `prerouting` (raw): the sender's interface check, its subnet's chain (same subnet: neither ACL nor route table;
///    else the subnet's ACL), and the mark that chooses the routing table. The time to live is put up by one so that
///    the kernel's own decrement does not show.
/// 2. routing: by mark; addresses inside the VPC always by the `main` table, which holds one /32 per interface (the
///    `local` route). What no table can place goes to `lo`, where `nowhere` counts and drops it.
/// 3. `forward`: `nowhere`, the destination subnet's ACL, then the two security group gates, each on its own.
struct RouterNode {
    /// A mark says which routing table a packet's subnet uses. The ARP proxy looks up with no mark at all, so it
    /// answers for interfaces that exist and nothing else.
    enum Mark {
        /// Bit of every mark; what finds no route falls to `nowhere` by it.
        static let base: UInt32 = 0x10000
        /// Within one subnet: no ACL, no route table.
        static let local = base
        /// Came in through the Internet gateway: no subnet's table.
        static let edge: UInt32 = 0x1ffff
        static func table(_ position: Int) -> UInt32 { base + UInt32(position + 1) }
    }

    /// Kernel table numbers: the VPC's route tables from 101, `nowhere` at 100.
    enum Table {
        static let nowhere: UInt32 = 100
        /// 253 to 255 are the kernel's own (`default`, `main`, `local`).
        static func number(_ position: Int) -> UInt32 { UInt32(position < 152 ? 101 + position : 104 + position) }
    }

    /// One network interface as the router sees it.
    struct Port {
        let name: String
        let address: IPv4Address
        let subnet: Subnet
        let device: Device
        let securityGroups: [SecurityGroup]
        /// NAT gateways have no security groups.
        let hasSecurityGroups: Bool
        let checksSource: Bool
    }

    private let vpc: VPC
    /// Of each route table, in the order of the file.
    private let positions: [Int]
    private var ports: [Port] = []
    private var node: NodePlan

    static func plan(_ vpc: VPC, builder: inout PlanBuilder) -> NodePlan {
        var router = RouterNode(
            vpc, uplink: vpc.internetGateway.flatMap { builder.nearDevice(vpc.name, named: $0.name) },
            positions: vpc.routeTables.map { builder.position(of: $0, in: vpc) })
        router.wire(&builder)
        router.addAddresses()
        router.addRoutes()
        router.node.nft =
            RouterRuleset(
                vpc: vpc, ports: router.ports, uplink: router.uplink, positions: router.positions
            ).table
        router.addServices()
        return router.node
    }

    private let uplink: Device?

    private init(_ vpc: VPC, uplink: Device?, positions: [Int]) {
        self.vpc = vpc
        self.positions = positions
        self.uplink = uplink
        node = NodePlan(vpc.name, .router)
        node.sysctls =
            Sysctl.forwarding + [
                Sysctl("net.ipv4.conf.default.proxy_arp", "1"),
                // A NAT gateway hands on the router's own "fragmentation needed", with the router's address as source.
                Sysctl("net.ipv4.conf.all.accept_local", "1"),
                // Security groups remember flows, they do not police TCP windows.
                Sysctl("net.netfilter.nf_conntrack_tcp_be_liberal", "1"),
                // What nobody remembers is judged by the rules, packet by packet; it is not remembered from then on.
                Sysctl("net.netfilter.nf_conntrack_tcp_loose", "0"),
                Sysctl("net.netfilter.nf_conntrack_udp_timeout", "30"),
                Sysctl("net.netfilter.nf_conntrack_udp_timeout_stream", "180"),
            ]
    }

    private mutating func wire(_ builder: inout PlanBuilder) {
        for gateway in vpc.natGateways {
            wire(gateway.name, gateway.privateAddress, gateway.subnet, groups: nil, checksSource: false, &builder)
        }
        for instance in vpc.instances {
            let interface = instance.interface
            wire(
                instance.name, interface.privateAddress, interface.subnet,
                groups: interface.securityGroups.compactMap(vpc.securityGroup),
                checksSource: interface.sourceDestinationCheck, &builder)
        }
    }

    private mutating func wire(
        _ name: String, _ address: IPv4Address, _ subnetName: String, groups: [SecurityGroup]?, checksSource: Bool,
        _ builder: inout PlanBuilder
    ) {
        guard let subnet = vpc.subnet(subnetName) else { return }
        let mac = MACAddress(realm: MACRealm.interface, host: address.number)
        let wire = builder.connect(
            (vpc.name, name, MACAddress(realm: MACRealm.router, host: address.number)), (name, "eth0", mac),
            mtu: PlanBuilder.vpcMTU)
        ports.append(
            Port(
                name: name, address: address, subnet: subnet, device: wire.near, securityGroups: groups ?? [],
                hasSecurityGroups: groups != nil, checksSource: checksSource))
        node.neighbors.append(Neighbor(address, mac: mac, device: wire.near))
        node.proxyARP.append(wire.near)
    }

    /// The router's own addresses: each subnet's .1, the resolver and the link-local services.
    private mutating func addAddresses() {
        let own = vpc.subnets.map(\.gateway) + VPCService.addresses(of: vpc)
        node.addresses = own.map { InterfaceAddress($0, prefixLength: 32, device: .loopback) }
    }

    private mutating func addRoutes() {
        for port in ports {
            // The source makes errors to an instance come from its own subnet's .1.
            node.routes.append(
                KernelRoute(
                    CIDRBlock(port.address), device: port.device, source: port.subnet.gateway, owner: "local route"))
        }
        node.routes.append(KernelRoute(.everywhere, device: .loopback, table: Table.nowhere, owner: "no route"))
        for (position, table) in zip(positions, vpc.routeTables) {
            add(table, number: Table.number(position))
            node.rules.append(
                KernelRule(
                    priority: 100 + UInt32(position), mark: Mark.table(position), table: Table.number(position),
                    owner: "route table \(table.name)"))
        }
        node.rules.append(
            KernelRule(priority: 33_000, mark: Mark.base, mask: Mark.base, table: Table.nowhere, owner: "no route"))
        if let uplink {
            let number = vpc.cidrBlocks.first?.base.number ?? 0
            node.neighbors.append(
                Neighbor(
                    TransitAddress.internetGateway, mac: MACAddress(realm: MACRealm.gatewayInside, host: number),
                    device: uplink))
        }
    }

    private mutating func add(_ table: RouteTable, number: UInt32) {
        let owner = "route table \(table.name)"
        for block in vpc.cidrBlocks {
            // `local`: the lookup ends here and goes on in `main`.
            node.routes.append(KernelRoute(block, kind: .throw, table: number, owner: owner))
        }
        for route in table.routes {
            let hop: (gateway: IPv4Address?, device: Device?)
            switch route.target {
            case .internetGateway: hop = (TransitAddress.internetGateway, uplink)
            case .natGateway(let name), .instance(let name):
                let port = ports.first { $0.name == name }
                hop = (port?.address, port?.device)
            case .blackhole: hop = (nil, nil)
            }
            // A target that is gone leaves a blackhole.
            let gateway = hop.device == nil ? nil : hop.gateway
            node.routes.append(
                KernelRoute(
                    route.destination, via: gateway, device: hop.device ?? .loopback, table: number, owner: owner))
        }
    }

    private mutating func addServices() {
        let owner = "VPC \(vpc.name)"
        node.sockets = [SocketPlan(kind: .metadata, port: 80, address: VPCService.metadata, owner: owner)]
        node.sockets += VPCService.resolvers(of: vpc).map {
            SocketPlan(kind: .dns, port: 53, address: $0, owner: owner)
        }
        node.resolvers = vpc.resolver.map { [$0] } ?? []
        node.searchDomains = InstanceNode.searchDomains
    }
}

/// The link-local services every VPC has; neither groups nor ACLs apply to them.
enum VPCService {
    static let metadata = IPv4Address(169, 254, 169, 254)
    static let linkLocalResolver = IPv4Address(169, 254, 169, 253)

    static func resolvers(of vpc: VPC) -> [IPv4Address] {
        (vpc.resolver.map { [$0] } ?? []) + [linkLocalResolver]
    }

    static func addresses(of vpc: VPC) -> [IPv4Address] { resolvers(of: vpc) + [metadata] }
}

extension PlanBuilder {
    /// The device that a node already has on a wire whose far end it is, or near end, by name.
    func nearDevice(_ node: String, named name: String) -> Device? {
        for veth in veths {
            for end in [veth.near, veth.far] where end.node == node && end.name == name {
                return Device(name: end.name, index: end.index)
            }
        }
        return nil
    }
}
