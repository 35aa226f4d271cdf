import CloudModel
import IPAddressing
import KernelObjects

/// How a target's answers find back to the network load balancer that hid itself.
///
/// Where the client's address is kept, the target answers the client, not the balancer. AWS brings those packets back
/// through the node they came by; here the router remembers, in the flow's mark, which node's wire a flow began at, and
/// routes its answers there.
struct BalancerRules {
    /// The wires of the nodes of network load balancers.
    private let ports: [RouterPort]
    /// The number of each: marks, kernel tables and priorities follow from it.
    private let positions: [Int]

    /// - Parameter position: The number of a wire by its name.
    init(_ ports: [RouterPort], position: (String) -> Int = { _ in 0 }) {
        self.ports = ports.filter { if case .loadBalancer(.network) = $0.kind { true } else { false } }
        positions = self.ports.map { position($0.name) }
    }

    /// Below this the flow's mark belongs to security groups.
    private static let shift: UInt32 = 16

    private static let flowMarks: UInt32 = ~0 << shift

    private static func flowMark(_ position: Int) -> UInt32 { UInt32(position + 1) << shift }
    private static func mark(_ position: Int) -> UInt32 { RouterNode.Mark.base + 0x8000 + UInt32(position) }
    /// Of an answer to the target's own subnet: no network ACL sees it.
    private static func localMark(_ position: Int) -> UInt32 { mark(position) + 0x4000 }
    private static func table(_ position: Int) -> UInt32 { 60_000 + UInt32(position) }

    var sets: [NftSet] {
        guard !ports.isEmpty else { return [] }
        let origins = NftSet(
            "balancers", key: [.interface], data: .verdict,
            elements: ports.map { .init([.interface($0.device.name)], .verdict(.goto("from-elb-\($0.name)"))) })
        let answers = NftSet(
            "balanced", key: [.mark], data: .verdict,
            elements: zip(positions, ports).map { position, port in
                .init([.mark(Self.flowMark(position))], .verdict(.goto("to-elb-\(port.name)")))
            })
        return [origins, answers]
    }

    var chains: [NftChain] {
        guard !ports.isEmpty else { return [] }
        let perNode = zip(positions, ports).flatMap { position, port in
            [
                // What bears the node's own address, its answers find by themselves.
                NftChain(
                    "from-elb-\(port.name)",
                    rules: port.addresses.map { NftRule([.address(.source, CIDRBlock($0)), .verdict(.return)]) }
                        + [NftRule([.new, .setConnectionMark(bit: Self.flowMark(position))])]),
                NftChain(
                    "to-elb-\(port.name)",
                    rules: [
                        NftRule([
                            .mark(RouterNode.Mark.local), .setMark(Self.localMark(position)), .verdict(.return),
                        ]),
                        NftRule([.setMark(Self.mark(position))]),
                    ]),
            ]
        }
        return perNode + [
            NftChain(
                "balancers", base: .init(.filter, .forward, priority: -5),
                rules: [NftRule([.verdictMap([.inputInterface], "balancers")])]),
            NftChain(
                "balanced", base: .init(.filter, .prerouting, priority: -150),
                rules: [
                    NftRule([
                        .connectionDirection(isReply: true),
                        .verdictMap([.connectionMarkBits(Self.flowMarks)], "balanced"),
                    ])
                ]),
        ]
    }

    var routes: [KernelRoute] {
        zip(positions, ports).compactMap { position, port in
            port.addresses.first.map {
                KernelRoute(
                    .everywhere, via: $0, device: port.device, table: Self.table(position),
                    owner: "load balancer \(port.name)")
            }
        }
    }

    var rules: [KernelRule] {
        zip(positions, ports).flatMap { position, port in
            [Self.mark(position), Self.localMark(position)].enumerated().map { place, mark in
                KernelRule(
                    priority: 20_000 + UInt32(2 * position + place), mark: mark, table: Self.table(position),
                    owner: "load balancer \(port.name)")
            }
        }
    }

    /// The chain that a packet to the node's wire meets instead of the network ACL's, for the nodes that have one.
    func receiver(_ port: RouterPort) -> String? {
        ports.contains { $0.name == port.name } ? Self.receiver(port) : nil
    }

    private static func receiver(_ port: RouterPort) -> String { "dest-elb-\(port.name)" }

    func receiverChains(_ lists: NetworkACLRules) -> [NftChain] {
        zip(positions, ports).map { position, port in
            NftChain(
                Self.receiver(port),
                rules: [
                    NftRule([.mark(Self.localMark(position)), .verdict(.return)]),
                    NftRule([.verdict(.goto(lists.chainName(of: port.subnet, .ingress)))]),
                ])
        }
    }
}
