import CloudModel
import IPAddressing
import KernelObjects

/// The NAT gateway: translates to its own private address and remembers; the Internet gateway does the rest.
///
/// Facts from [vpc-nat-gateway]: TCP, UDP and ICMP only; source ports 1024–65535; 350 s idle, then a reset to the
/// inside and silence to the outside; fragments of UDP only; answers nothing that is aimed at itself.
enum NATGatewayNode {
    /// Seconds.
    private static let idleTimeout = "350"
    private static let ports: ClosedRange<UInt16> = 1024...65535

    static func plan(_ gateway: NATGateway, in vpc: VPC) -> NodePlan {
        var node = NodePlan(gateway.name, .natGateway)
        node.sysctls =
            Sysctl.forwarding + [
                // A packet in mid-stream makes no entry: after the idle time the gateway does not know the flow.
                Sysctl("net.netfilter.nf_conntrack_tcp_loose", "0"),
                Sysctl("net.netfilter.nf_conntrack_tcp_timeout_established", idleTimeout),
                Sysctl("net.netfilter.nf_conntrack_udp_timeout", idleTimeout),
                Sysctl("net.netfilter.nf_conntrack_udp_timeout_stream", idleTimeout),
            ]
        InstanceNode.attach(&node, address: gateway.privateAddress, subnet: vpc.subnet(gateway.subnet))
        node.nft = ruleset(gateway, vpc)
        return node
    }

    private static func ruleset(_ gateway: NATGateway, _ vpc: VPC) -> NftTable {
        let owner = "nat \(gateway.name)"
        let clients = NftSet(
            "vpc", key: [.address], isInterval: true, elements: vpc.cidrBlocks.map { .init([.block($0)]) })
        let fromVPC = NftStatement.inSet([.source], clients.name)
        return NftTable(
            sets: [clients],
            chains: [
                // Connection tracking puts fragments together again at -400: look before that.
                NftChain(
                    "fragments", base: .init(.filter, .prerouting, priority: -450),
                    rules: [
                        NftRule([.fragment, .ipProtocol(17), .verdict(.accept)]),
                        .drop([.fragment], owner: "\(owner): fragment"),
                    ]),
                NftChain(
                    "input", base: .init(.filter, .input, priority: 0, policy: .drop),
                    rules: [
                        NftRule([.interface(.inputInterface, "lo"), .verdict(.accept)]),
                        .drop(owner: "\(owner): not a reply"),
                    ]),
                NftChain(
                    "forward", base: .init(.filter, .forward, priority: 0, policy: .drop),
                    rules: [
                        NftRule([.established, .verdict(.accept)]),
                        NftRule(
                            [fromVPC, .ipProtocol(6), .invalid, .counter, .reset], owner: "\(owner): unknown flow"),
                        // An echo reply or an error of a flow that went another way: connection tracking would hand it on
                        // as it is, with the private source.
                        .drop([.invalid], owner: "\(owner): not of a flow of its own"),
                        .drop([.inSet([.source], clients.name, not: true)], owner: "\(owner): source outside the VPC"),
                        NftRule([.ipProtocol(6), .verdict(.accept)]),
                        NftRule([.ipProtocol(17), .verdict(.accept)]),
                        NftRule([.ipProtocol(1), .verdict(.accept)]),
                        .drop(owner: "\(owner): protocol"),
                    ]),
                NftChain(
                    "postrouting", base: .init(.nat, .postrouting, priority: 100),
                    rules: [
                        NftRule([fromVPC, .ipProtocol(6), .sourceNAT(gateway.privateAddress, ports: ports)]),
                        NftRule([fromVPC, .ipProtocol(17), .sourceNAT(gateway.privateAddress, ports: ports)]),
                        NftRule([fromVPC, .ipProtocol(1), .sourceNAT(gateway.privateAddress, ports: nil)]),
                    ]),
            ])
    }
}
