import CloudModel
import IPAddressing
import KernelObjects

/// Gathers nodes and wires while the parts of the cloud are laid out one after the other.
struct PlanBuilder {
    let lab: Lab
    private(set) var nodes: [NodePlan] = []
    private(set) var veths: [Veth] = []
    private(set) var numbers: NumberGiver
    /// Per node, what every interface was to be called and what it is called.
    private var deviceNames: [String: [String: String]] = [:]
    /// By VPC.
    private(set) var wires: [String: [RouterWire]] = [:]
    /// By transit gateway.
    private(set) var transitPorts: [String: [TransitGatewayPort]] = [:]
    private var gatewayMACs: [String: MACAddress] = [:]
    private var connectionCount: UInt32 = 0

    /// Jumbo frames inside a VPC, 1500 beyond its gateway [EC2 network MTU].
    static let vpcMTU = 9001
    static let internetMTU = 1500
    /// NAT gateways, transit gateways, endpoints.
    static let transitMTU = 8500

    init(lab: Lab, numbering: Numbering) {
        self.lab = lab
        numbers = NumberGiver(numbering)
    }

    mutating func build() {
        var core = InternetCore(lab.internet)
        wireConnections()
        for vpc in lab.vpcs {
            add(InternetGatewayNode.plan(vpc, core: &core, builder: &self))
            add(RouterNode.plan(vpc, builder: &self))
            for gateway in vpc.natGateways { add(NATGatewayNode.plan(gateway, in: vpc, of: lab)) }
            for instance in vpc.instances { add(InstanceNode.plans(instance, in: vpc, builder: &self)) }
            for balancer in vpc.loadBalancers { add(LoadBalancerNode.plans(balancer, in: vpc)) }
            for endpoint in vpc.endpoints { add(EndpointNode.plans(endpoint, in: vpc, builder: self)) }
        }
        for gateway in lab.transitGateways { add(TransitGatewayNode.plan(gateway, builder: self)) }
        add(core.plan(lab, builder: &self))
        cutWires()
    }

    private mutating func cutWires() {
        let cuts = cuts
        for position in nodes.indices {
            guard let own = cuts[nodes[position].name] else { continue }
            nodes[position].nft = OutageRules.add(own, to: nodes[position].nft)
        }
    }

    mutating func add(_ node: NodePlan?) {
        if let node { nodes.append(node) }
    }

    mutating func add(_ more: [NodePlan]) { nodes += more }
    mutating func add(_ wire: RouterWire, to vpc: String) { wires[vpc, default: []].append(wire) }
    mutating func add(_ port: TransitGatewayPort, to gateway: String) {
        transitPorts[gateway, default: []].append(port)
    }

    /// The router's end of a wire whose far end is laid out later.
    mutating func note(_ mac: MACAddress, asGatewayOf node: String) { gatewayMACs[node] = mac }
    func gatewayMAC(of node: String) -> MACAddress {
        gatewayMACs[node] ?? MACAddress(realm: MACRealm.connection, host: 0)
    }

    /// For wires that have no address to take one from.
    mutating func nextConnectionMAC() -> MACAddress {
        connectionCount += 1
        return MACAddress(realm: MACRealm.connection, host: connectionCount)
    }

    /// Wires two nodes and gives back both ends.
    mutating func connect(
        _ near: (node: String, device: String, mac: MACAddress), _ far: (node: String, device: String, mac: MACAddress),
        mtu: Int
    ) -> (near: Device, far: Device) {
        let nearName = deviceName(near.device, on: near.node)
        let farName = deviceName(far.device, on: far.node)
        // `lo` is 1 in every namespace. The two ends of a wire never have the same index: the kernel would take such a
        // link for one without a peer and switch it on up to a second later (`linkwatch_urgent_event` in
        // net/core/link_watch.c).
        let farIndex = numbers.device(
            farName, of: far.node, from: 2, besides: numbers.remembered(nearName, of: near.node))
        let nearIndex = numbers.device(nearName, of: near.node, from: 10, besides: farIndex)
        let veth = Veth(
            near: Veth.End(node: near.node, name: nearName, index: nearIndex, mac: near.mac),
            far: Veth.End(node: far.node, name: farName, index: farIndex, mac: far.mac), mtu: mtu)
        veths.append(veth)
        return (
            Device(name: veth.near.name, index: veth.near.index), Device(name: veth.far.name, index: veth.far.index)
        )
    }

    /// What the interface towards something is called: its name, or as much of it as the kernel takes (`IFNAMSIZ` is
    /// 16 with its end). AWS's ids differ in their first letters; of two that do not, the second is told apart by a
    /// number.
    private mutating func deviceName(_ wanted: String, on node: String) -> String {
        if let known = deviceNames[node]?[wanted] { return known }
        let taken = Set((deviceNames[node] ?? [:]).values)
        var name = String(decoding: wanted.utf8.prefix(15), as: UTF8.self)
        var number = 1
        while taken.contains(name) {
            number += 1
            name = "\(String(decoding: wanted.utf8.prefix(14 - String(number).utf8.count), as: UTF8.self))~\(number)"
        }
        deviceNames[node, default: [:]][wanted] = name
        return name
    }

    /// The device that a node already has under the name it was wanted by.
    func nearDevice(_ node: String, named wanted: String) -> Device? {
        guard let name = deviceNames[node]?[wanted] else { return nil }
        for veth in veths {
            for end in [veth.near, veth.far] where end.node == node && end.name == name {
                return Device(name: end.name, index: end.index)
            }
        }
        return nil
    }

    /// The VPC's route tables as its router has them, by their numbers.
    mutating func routingTables(of vpc: VPC) -> [RoutingTable] {
        RoutingTable.all(of: vpc) { numbers.routeTable($0, of: vpc.name) }
    }

    /// The number of a load balancer's node among those that its VPC's router brings answers back to.
    mutating func balancerPosition(_ port: String, in vpc: VPC) -> Int {
        numbers.routeTable(port, of: "\(vpc.name)/balancers")
    }
}

/// Which realm of MAC addresses a wire's end belongs to; the host part makes it unique there.
enum MACRealm {
    static let interface: UInt8 = 1
    static let router: UInt8 = 2
    static let internetHost: UInt8 = 3
    static let internetPort: UInt8 = 4
    static let gatewayInside: UInt8 = 5
    static let routerUplink: UInt8 = 6
    static let gatewayOutside: UInt8 = 7
    static let internetDownlink: UInt8 = 8
    static let connection: UInt8 = 9
    static let container: UInt8 = 10
    static let containerHost: UInt8 = 11
}

/// Next hops of wires that carry no addresses of their own (RFC 3927 space, seen on no packet).
enum TransitAddress {
    static let internetGateway = IPv4Address(169, 254, 0, 1)
    static let router = IPv4Address(169, 254, 0, 2)
    static let internet = IPv4Address(169, 254, 0, 3)
    /// Whatever is at the other end of a peering, a transit gateway's wire or an endpoint's.
    static let connection = IPv4Address(169, 254, 0, 4)
}

extension Sysctl {
    /// A node that forwards: no source validation of the kernel's own (the plan checks sources itself), no redirects.
    static let forwarding = [
        Sysctl("net.ipv4.ip_forward", "1"),
        Sysctl("net.ipv4.conf.all.rp_filter", "0"),
        Sysctl("net.ipv4.conf.default.rp_filter", "0"),
        Sysctl("net.ipv4.conf.all.send_redirects", "0"),
        Sysctl("net.ipv4.conf.default.send_redirects", "0"),
        // What is only passing needs no look for a socket of this node: 4 % of a packet's way through the lab.
        Sysctl("net.ipv4.ip_early_demux", "0"),
    ]
}

extension NftSet {
    /// Adds one to the time to live, so that the kernel's own decrement does not show; 255 stays.
    static let ttlPlusOne = NftSet(
        "ttl_plus_one", key: [.timeToLive], data: .value(.timeToLive),
        elements: (1...254).map { Element([.timeToLive(UInt8($0))], .value(.timeToLive(UInt8($0 + 1)))) })

    /// ICMP messages that quote the packet they complain about.
    static let icmpErrors = NftSet(
        "icmp_errors", key: [.icmpType], elements: [3, 11, 12].map { Element([.icmpType($0)]) })

    /// RFC 1918 and RFC 6598: never carried by an Internet gateway.
    static let privateRanges = NftSet(
        "private_ranges", key: [.address], isInterval: true,
        elements: (CIDRBlock.privateUse + [CIDRBlock.sharedSpace]).map { Element([.block($0)]) })
}

extension NftRule {
    /// Counts and drops in silence, in its owner's name.
    static func drop(_ matches: [NftStatement] = [], owner: String) -> NftRule {
        NftRule(matches + [.counter, .verdict(.drop)], owner: owner)
    }
}
