import CloudModel
import IPAddressing
import KernelObjects

/// Gathers nodes and wires while the parts of the cloud are laid out one after the other.
struct PlanBuilder {
    let lab: Lab
    private(set) var nodes: [NodePlan] = []
    private(set) var veths: [Veth] = []
    private(set) var numbers: NumberGiver

    /// Jumbo frames inside a VPC, 1500 beyond its gateway [EC2 network MTU].
    static let vpcMTU = 9001
    static let internetMTU = 1500

    init(lab: Lab, numbering: Numbering) {
        self.lab = lab
        numbers = NumberGiver(numbering)
    }

    mutating func build() {
        var core = InternetCore(lab.internet)
        for vpc in lab.vpcs {
            add(InternetGatewayNode.plan(vpc, core: &core, builder: &self))
            add(RouterNode.plan(vpc, builder: &self))
            for gateway in vpc.natGateways { add(NATGatewayNode.plan(gateway, in: vpc)) }
            for instance in vpc.instances { add(InstanceNode.plan(instance, in: vpc)) }
        }
        add(core.plan(lab, builder: &self))
    }

    mutating func add(_ node: NodePlan?) {
        if let node { nodes.append(node) }
    }

    mutating func add(_ more: [NodePlan]) { nodes += more }

    /// Wires two nodes and gives back both ends.
    mutating func connect(
        _ near: (node: String, device: String, mac: MACAddress), _ far: (node: String, device: String, mac: MACAddress),
        mtu: Int
    ) -> (near: Device, far: Device) {
        let veth = Veth(
            near: end(near, from: 10), far: end(far, from: 2), mtu: mtu)
        veths.append(veth)
        return (
            Device(name: veth.near.name, index: veth.near.index), Device(name: veth.far.name, index: veth.far.index)
        )
    }

    /// `lo` is 1 in every namespace. Nodes that make wires count from 10, the others from 2, so that the two ends of a
    /// wire never have the same index: the kernel would take such a link for one without a peer and switch it on up
    /// to a second later (`linkwatch_urgent_event` in net/core/link_watch.c).
    private mutating func end(
        _ end: (node: String, device: String, mac: MACAddress), from first: Int32
    ) -> Veth.End {
        let index = numbers.device(end.device, of: end.node, from: first)
        return Veth.End(node: end.node, name: end.device, index: index, mac: end.mac)
    }

    /// The number of a VPC's route table.
    mutating func position(of table: RouteTable, in vpc: VPC) -> Int { numbers.routeTable(table.name, of: vpc.name) }
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
}

/// Next hops of wires that carry no addresses of their own (RFC 3927 space, seen on no packet).
enum TransitAddress {
    static let internetGateway = IPv4Address(169, 254, 0, 1)
    static let router = IPv4Address(169, 254, 0, 2)
    static let internet = IPv4Address(169, 254, 0, 3)
}

extension Sysctl {
    /// A node that forwards: no source validation of the kernel's own (the plan checks sources itself), no redirects.
    static let forwarding = [
        Sysctl("net.ipv4.ip_forward", "1"),
        Sysctl("net.ipv4.conf.all.rp_filter", "0"),
        Sysctl("net.ipv4.conf.default.rp_filter", "0"),
        Sysctl("net.ipv4.conf.all.send_redirects", "0"),
        Sysctl("net.ipv4.conf.default.send_redirects", "0"),
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
