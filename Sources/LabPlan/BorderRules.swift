import CloudModel
import IPAddressing
import KernelObjects

/// What may pass the router's wires to peering connections, transit gateways and gateway endpoints.
struct BorderRules {
    let wires: [RouterWire]
    let vpc: VPC
    let lab: Lab
    let handedOn: HandedOnRules

    private typealias Mark = RouterNode.Mark
    private static let borderSet = "borders"

    /// The blocks of each peer, and the wires that lead out of the VPC.
    var sets: [NftSet] {
        guard !wires.isEmpty else { return [] }
        let peers = wires.compactMap { wire -> NftSet? in
            guard case .peering(let peering, let peer) = wire.kind else { return nil }
            return NftSet(
                Self.peerSet(peering), key: [.address], isInterval: true,
                elements: peer.cidrBlocks.map { .init([.block($0)]) })
        }
        let borders = NftSet(
            Self.borderSet, key: [.interface], elements: wires.map { .init([.interface($0.device.name)]) })
        return peers + [borders]
    }

    private static func peerSet(_ peering: VPCPeering) -> String { "pcx_\(peering.name)" }

    /// One chain for what comes in by a wire, and one for what goes out where that is restricted.
    var chains: [NftChain] { wires.map(entry) + wires.compactMap(exit) }

    private func entry(_ wire: RouterWire) -> NftChain {
        var rules: [NftRule] = []
        switch wire.kind {
        case .peering(let peering, _):
            // Not transitive, and no way to the gateways of this side: from one VPC's blocks to the other's.
            let owner = "pcx \(peering.name)"
            rules = [
                .drop(
                    [.inSet([.source], Self.peerSet(peering), not: true)],
                    owner: "\(owner): source outside the peer VPC"
                ),
                .drop([.inSet([.destination], "vpc", not: true)], owner: "\(owner): destination outside this VPC"),
                NftRule([.setMark(Mark.edge), .verdict(.accept)]),
            ]
        case .transitGateway(_, let subnet):
            rules = handedOn.entryRules(wire) + [NftRule([.verdict(.goto("subnet-\(subnet.name)"))])]
        case .gatewayEndpoint: rules = [NftRule([.setMark(Mark.edge), .verdict(.accept)])]
        }
        return NftChain(wire.chain, rules: rules)
    }

    private func exit(_ wire: RouterWire) -> NftChain? {
        switch wire.kind {
        case .peering(let peering, _):
            NftChain(
                "to-\(wire.chain)",
                rules: [
                    .drop(
                        [.inSet([.destination], Self.peerSet(peering), not: true)],
                        owner: "pcx \(peering.name): destination outside the peer VPC")
                ])
        case .transitGateway: nil
        case .gatewayEndpoint(let endpoint):
            NftChain(
                "to-\(wire.chain)",
                rules: [
                    .drop(
                        [.inSet([.source], "vpc", not: true)], owner: "vpce \(endpoint.name): source outside the VPC"),
                    NftRule([.ipProtocol(6), .verdict(.return)]),
                    NftRule([.icmp(type: 8, code: nil), .verdict(.return)]),
                    .drop(owner: "vpce \(endpoint.name): protocol"),
                ])
        }
    }

    /// Where packets go by output interface: the chain above, or the network ACL of the transit gateway's subnet.
    func receivers(_ lists: NetworkACLRules) -> [NftSet.Element] {
        wires.map { wire in
            let chain = wire.subnet.map { lists.chainName(of: $0, .ingress) } ?? "to-\(wire.chain)"
            return .init([.interface(wire.device.name)], .verdict(.goto(chain)))
        }
    }

    /// The resolver and the metadata service serve this VPC only.
    var inputRules: [NftRule] {
        guard !wires.isEmpty else { return [] }
        return [.drop([.inSet([.inputInterface], Self.borderSet)], owner: "vpc: not open to other networks")]
    }
}
