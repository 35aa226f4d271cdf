import CloudModel
import IPAddressing
import KernelObjects

/// How a router learns that a packet with a member's address did not come from the member itself.
///
/// A security group that names a group does not match what a middlebox has handed on, nor what came through a transit
/// gateway. The router that takes such a packet in knows it by its wire; behind a peering connection or a network load
/// balancer nobody would. So the router marks the packet, in the one bit of the IPv4 header that nobody uses (RFC 791,
/// flags, bit 0), and whoever gives it to its receiver takes the mark off again.
struct HandedOnRules {
    let ports: [RouterPort]
    let wires: [RouterWire]
    /// Nothing is marked in a lab where it could make no difference.
    let areNeeded: Bool

    init(lab: Lab, ports: [RouterPort], wires: [RouterWire]) {
        self.ports = ports
        self.wires = wires
        let loses = lab.vpcs.contains(where: \.hasMiddlebox) || !lab.transitGateways.isEmpty
        let hides = !lab.peerings.isEmpty || lab.vpcs.contains { $0.loadBalancers.contains { $0.kind == .network } }
        areNeeded = loses && hides && lab.vpcs.contains(where: \.hasGroupsThatNameGroups)
    }

    /// What an interface sends: with an address of its own the packet is its own, whoever sent it here.
    func entryRules(_ port: RouterPort, foreign: NftStatement) -> [NftRule] {
        guard areNeeded else { return [] }
        switch port.kind {
        case .instance: return port.checksSource ? [] : [NftRule([foreign, .setHandedOn(true)])]
        case .loadBalancer(.network):
            return port.addresses.map {
                NftRule([.address(.source, CIDRBlock($0)), .handedOn(true), .setHandedOn(false)])
            }
        case .natGateway, .endpoint, .loadBalancer(.application): return []
        }
    }

    /// What a wire brings.
    func entryRules(_ wire: RouterWire) -> [NftRule] {
        guard areNeeded, case .transitGateway = wire.kind else { return [] }
        return [NftRule([.setHandedOn(true)])]
    }

    /// The packet was sent by whom its address says.
    var isSendersOwn: [NftStatement] { areNeeded ? [.handedOn(false)] : [] }

    private static let carriers = "carriers"

    /// The wires on which the mark is wanted.
    var sets: [NftSet] {
        guard areNeeded else { return [] }
        let nodes = ports.filter { if case .loadBalancer(.network) = $0.kind { true } else { false } }.map(\.device)
        let peers = wires.filter { if case .peering = $0.kind { true } else { false } }.map(\.device)
        return [
            NftSet(Self.carriers, key: [.interface], elements: (nodes + peers).map { .init([.interface($0.name)]) })
        ]
    }

    /// After the last gate that asks for the mark.
    var chains: [NftChain] {
        guard areNeeded else { return [] }
        return [
            NftChain(
                "handed_on", base: .init(.filter, .forward, priority: 20),
                rules: [
                    NftRule([
                        .handedOn(true), .inSet([.outputInterface], Self.carriers, not: true), .setHandedOn(false),
                    ])
                ])
        ]
    }
}

extension VPC {
    /// Some route leads through an instance.
    var hasMiddlebox: Bool {
        routeTables.flatMap(\.routes).contains { if case .instance = $0.target { true } else { false } }
    }

    fileprivate var hasGroupsThatNameGroups: Bool {
        securityGroups.flatMap(\.ingress).contains { if case .securityGroup = $0.peer { true } else { false } }
    }
}
