import CloudModel
import IPAddressing
import KernelObjects

/// The VPC's implicit router: one wire per network interface, one routing table per route table.
///
/// How a packet goes through it, in the order of the hooks:
/// 1. `prerouting` (raw): the sender's interface check, its subnet's chain (same subnet: neither ACL nor route table;
///    else the subnet's ACL), and the mark that chooses the routing table. The time to live is put up by one so that
///    the kernel's own decrement does not show.
/// 2. routing: by mark; addresses inside the VPC always by the `main` table, which holds one /32 per private address
///    (the `local` route). What no table can place goes to `lo`, where `nowhere` counts and drops it.
/// 3. `forward`: `nowhere`, the destination subnet's ACL, then the two security group gates, each on its own.
struct RouterNode {
    /// A mark says which routing table a packet's subnet uses. The ARP proxy looks up with no mark at all, so it
    /// answers for interfaces that exist and nothing else.
    enum Mark {
        /// Bit of every mark; what finds no route falls to `nowhere` by it.
        static let base: UInt32 = 0x10000
        /// Within one subnet: no ACL, no route table.
        static let local = base
        /// Came in from outside the VPC's subnets: no subnet's table.
        static let edge: UInt32 = 0x1ffff
        static func table(_ position: Int) -> UInt32 { base + UInt32(position + 1) }
    }

    /// Kernel table numbers: the VPC's route tables from 101, `nowhere` at 100.
    enum Table {
        static let nowhere: UInt32 = 100
        /// 253 to 255 are the kernel's own (`default`, `main`, `local`).
        static func number(_ position: Int) -> UInt32 { UInt32(position < 152 ? 101 + position : 104 + position) }
    }

    private let vpc: VPC
    private let uplink: Device?
    private let tables: [RoutingTable]
    private var ports: [RouterPort] = []
    private var wires: [RouterWire]
    private var balancers = BalancerRules([])
    private var node: NodePlan

    static func plan(_ vpc: VPC, builder: inout PlanBuilder) -> NodePlan {
        var router = RouterNode(vpc, &builder)
        router.wirePorts(&builder)
        router.wireEndpoints(&builder)
        router.balancers = BalancerRules(router.ports) { builder.balancerPosition($0, in: vpc) }
        router.addAddresses()
        router.addRoutes()
        router.node.nft =
            RouterRuleset(
                lab: builder.lab, vpc: vpc, ports: router.ports, wires: router.wires, tables: router.tables,
                hops: router.hops, balancers: router.balancers
            ).table
        router.addServices()
        return router.node
    }

    private init(_ vpc: VPC, _ builder: inout PlanBuilder) {
        self.vpc = vpc
        uplink = vpc.internetGateway.flatMap { builder.nearDevice(vpc.name, named: $0.name) }
        tables = builder.routingTables(of: vpc)
        wires = builder.wires[vpc.name] ?? []
        node = NodePlan(vpc.name, .router)
        node.sysctls =
            Sysctl.forwarding + [
                .answersForOthers,
                // A NAT gateway hands on the router's own "fragmentation needed", with the router's address as source.
                Sysctl("net.ipv4.conf.all.accept_local", "1"),
                // Security groups remember flows, they do not police TCP windows.
                Sysctl("net.netfilter.nf_conntrack_tcp_be_liberal", "1"),
                // What nobody remembers is judged by the rules, packet by packet; it is not remembered from then on.
                Sysctl("net.netfilter.nf_conntrack_tcp_loose", "0"),
                Sysctl("net.netfilter.nf_conntrack_udp_timeout", "30"),
                Sysctl("net.netfilter.nf_conntrack_udp_timeout_stream", "180"),
            ]
        node.devices = builder.farDevices(of: vpc.name)
    }

    private mutating func wirePorts(_ builder: inout PlanBuilder) {
        for planned in vpc.plannedInterfaces {
            let interface = planned.interface
            guard let subnet = vpc.subnet(interface.subnet) else { continue }
            let number = interface.privateAddress.number
            let mac = MACAddress(realm: MACRealm.interface, host: number)
            let mtu: Int
            if case .natGateway = planned.kind { mtu = PlanBuilder.transitMTU } else { mtu = PlanBuilder.vpcMTU }
            let wire = builder.connect(
                (vpc.name, planned.portName, MACAddress(realm: MACRealm.router, host: number)),
                (planned.node, "eth\(planned.number)", mac), mtu: mtu)
            ports.append(
                RouterPort(
                    name: planned.portName, kind: planned.kind, addresses: interface.privateAddresses, subnet: subnet,
                    device: wire.near, securityGroups: interface.securityGroups.compactMap(vpc.securityGroup),
                    checksSource: interface.sourceDestinationCheck))
            node.neighbors += interface.privateAddresses.map { Neighbor($0, mac: mac, device: wire.near) }
            node.proxyARP.append(wire.near)
        }
    }

    private mutating func wireEndpoints(_ builder: inout PlanBuilder) {
        for endpoint in vpc.endpoints {
            guard case .gateway = endpoint.kind else { continue }
            let macs = (builder.nextConnectionMAC(), builder.nextConnectionMAC())
            let wire = builder.connect(
                (vpc.name, endpoint.name, macs.0), (endpoint.name, "eth0", macs.1), mtu: PlanBuilder.transitMTU)
            builder.note(macs.0, asGatewayOf: endpoint.name)
            wires.append(RouterWire(kind: .gatewayEndpoint(endpoint), device: wire.near, mac: macs.1))
        }
    }

    /// The router's own addresses: each subnet's .1, the resolver and the link-local services.
    private mutating func addAddresses() {
        let own = vpc.subnets.map(\.gateway) + VPCService.addresses(of: vpc)
        node.addresses = own.map { InterfaceAddress($0, prefixLength: 32, device: .loopback) }
    }

    private var hops: RouterHops {
        RouterHops(ports: ports, wires: wires, uplink: uplink, privateGateway: vpc.virtualPrivateGateway)
    }

    private mutating func addRoutes() {
        for port in ports {
            // The source makes errors to an instance come from its own subnet's .1.
            node.routes += port.addresses.map {
                KernelRoute(CIDRBlock($0), device: port.device, source: port.subnet.gateway, owner: "local route")
            }
        }
        node.routes.append(KernelRoute(.everywhere, device: .loopback, table: Table.nowhere, owner: "no route"))
        for table in tables {
            add(table)
            node.rules.append(
                KernelRule(
                    priority: 100 + UInt32(table.position), mark: table.mark, table: table.number, owner: table.title))
        }
        node.rules.append(
            KernelRule(priority: 33_000, mark: Mark.base, mask: Mark.base, table: Table.nowhere, owner: "no route"))
        node.routes += balancers.routes
        node.rules += balancers.rules
        node.neighbors += wires.map { Neighbor(TransitAddress.connection, mac: $0.mac, device: $0.device) }
        if let uplink {
            let number = vpc.cidrBlocks.first?.base.number ?? 0
            node.neighbors.append(
                Neighbor(
                    TransitAddress.internetGateway, mac: MACAddress(realm: MACRealm.gatewayInside, host: number),
                    device: uplink))
        }
    }

    private mutating func add(_ table: RoutingTable) {
        for block in vpc.cidrBlocks {
            // `local`: the lookup ends here and goes on in `main`.
            node.routes.append(KernelRoute(block, kind: .throw, table: table.number, owner: table.title))
        }
        for route in table.routes {
            switch hops.hop(of: route, in: table) {
            case .via(let gateway, let device):
                node.routes.append(
                    KernelRoute(
                        route.destination, via: gateway, device: device, table: table.number, owner: table.title)
                )
            case .local:
                node.routes.append(
                    KernelRoute(route.destination, kind: .throw, table: table.number, owner: table.title))
            case .gone:
                node.routes.append(
                    KernelRoute(route.destination, device: .loopback, table: table.number, owner: table.title))
            }
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
    /// The ends that other nodes made for this one, so far.
    func farDevices(of node: String) -> [Device] {
        veths.map(\.far).filter { $0.node == node }.map { Device(name: $0.name, index: $0.index) }
    }
}
