import CloudModel
import IPAddressing
import KernelObjects

/// The NAT gateway: translates to its own private address and remembers; the Internet gateway does the rest.
///
/// Facts from [vpc-nat-gateway]: TCP, UDP and ICMP only; source ports from 1024 up; 55,000 flows at a time to one address,
/// port and protocol; 350 s idle, then a reset to the inside and silence to the outside; fragments of UDP only; the
/// segment size of TCP is put down to what the way carries; answers nothing that is aimed at itself.
enum NATGatewayNode {
    /// 55,000 of AWS's 1024–65535: as two flows to one address, port and protocol need two ports, the kernel finds no
    /// free one when that many are open, and drops (`insert_failed` of `conntrack -S`, counted as `nat …: port allocation`).
    /// A rule with `ct count` would say so itself, but walks the list of all flows for each new one: 4 ms at 30,000.
    private static let ports: ClosedRange<UInt16> = 1024...56_023

    static func plan(_ gateway: NATGateway, in vpc: VPC, of lab: Lab) -> NodePlan {
        var node = NodePlan(gateway.name, .natGateway)
        let timeout = String(gateway.idleTimeout)
        node.sysctls =
            Sysctl.forwarding + [
                // A packet in mid-stream makes no entry: after the idle time the gateway does not know the flow.
                Sysctl("net.netfilter.nf_conntrack_tcp_loose", "0"),
                Sysctl("net.netfilter.nf_conntrack_tcp_timeout_established", timeout),
                Sysctl("net.netfilter.nf_conntrack_udp_timeout", timeout),
                Sysctl("net.netfilter.nf_conntrack_udp_timeout_stream", timeout),
                Sysctl("net.netfilter.nf_conntrack_icmp_timeout", timeout),
            ]
        let interface = NetworkInterface(subnet: gateway.subnet, privateAddress: gateway.privateAddress)
        InstanceNode.attach(&node, interface, number: 0, subnet: vpc.subnet(gateway.subnet))
        node.nft = ruleset(gateway, clients: clients(of: vpc, in: lab))
        return node
    }

    /// Whom it serves: its own VPC, and who comes by a transit gateway (not over a peering).
    private static func clients(of vpc: VPC, in lab: Lab) -> [CIDRBlock] {
        if lab.attachments(of: vpc).isEmpty { return vpc.cidrBlocks }
        let others = lab.vpcs.filter { lab.isConnected(vpc, to: $0) && $0.name != vpc.name }
        return vpc.cidrBlocks + others.flatMap(\.cidrBlocks)
    }

    private static func ruleset(_ gateway: NATGateway, clients blocks: [CIDRBlock]) -> NftTable {
        let owner = "nat \(gateway.name)"
        let clients = NftSet("vpc", key: [.address], isInterval: true, elements: blocks.map { .init([.block($0)]) })
        return NftTable(
            sets: [clients],
            chains: [
                fragments(owner), input(owner), forward(owner, clients: clients.name),
                translation(gateway, clients: clients.name),
            ])
    }

    /// Connection tracking puts fragments together again at -400: look before that.
    private static func fragments(_ owner: String) -> NftChain {
        NftChain(
            "fragments", base: .init(.filter, .prerouting, priority: -450),
            rules: [
                NftRule([.fragment, .ipProtocol(17), .verdict(.accept)]),
                .drop([.fragment], owner: "\(owner): fragment"),
            ])
    }

    private static func input(_ owner: String) -> NftChain {
        NftChain(
            "input", base: .init(.filter, .input, priority: 0, policy: .drop),
            rules: [
                NftRule([.interface(.inputInterface, "lo"), .verdict(.accept)]),
                .drop(owner: "\(owner): not a reply"),
            ])
    }

    private static func forward(_ owner: String, clients: String) -> NftChain {
        NftChain(
            "forward", base: .init(.filter, .forward, priority: 0, policy: .drop),
            rules: [
                NftRule([.clampSegmentSize]),
                NftRule([.established, .verdict(.accept)]),
                NftRule(
                    [.inSet([.source], clients), .ipProtocol(6), .invalid, .counter, .reset],
                    owner: "\(owner): unknown flow"),
                // An echo reply or an error of a flow that went another way: connection tracking would hand it on as it
                // is, with the private source.
                .drop([.invalid], owner: "\(owner): not of a flow of its own"),
                .drop([.inSet([.source], clients, not: true)], owner: "\(owner): source outside the VPC"),
                NftRule([.ipProtocol(6), .verdict(.accept)]),
                NftRule([.ipProtocol(17), .verdict(.accept)]),
                NftRule([.ipProtocol(1), .verdict(.accept)]),
                .drop(owner: "\(owner): protocol"),
            ])
    }

    private static func translation(_ gateway: NATGateway, clients: String) -> NftChain {
        let fromInside = NftStatement.inSet([.source], clients)
        return NftChain(
            "postrouting", base: .init(.nat, .postrouting, priority: 100),
            rules: [
                NftRule([fromInside, .ipProtocol(6), .sourceNAT(gateway.privateAddress, ports: ports)]),
                NftRule([fromInside, .ipProtocol(17), .sourceNAT(gateway.privateAddress, ports: ports)]),
                NftRule([fromInside, .ipProtocol(1), .sourceNAT(gateway.privateAddress, ports: nil)]),
            ])
    }
}

extension NodePlan {
    /// Whose drop it is when a NAT gateway has no port left for a flow: AWS's `ErrorPortAllocation`. `nil` for other nodes.
    public var portAllocationOwner: String? { role == .natGateway ? "nat \(name): port allocation" : nil }
}
