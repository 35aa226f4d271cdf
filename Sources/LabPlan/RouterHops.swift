import CloudModel
import IPAddressing
import KernelObjects

/// Where a route's target is, seen from the VPC router.
struct RouterHops {
    enum Hop {
        case via(IPv4Address, Device)
        /// To the interfaces of the VPC, as the local route does.
        case local
        /// Nowhere; dropped in this name.
        case gone(owner: String)
    }

    let ports: [RouterPort]
    let wires: [RouterWire]
    let uplink: Device?
    let privateGateway: VirtualPrivateGateway?

    func hop(of route: Route, in table: RoutingTable) -> Hop {
        let owner = table.table.owner
        switch route.target {
        case .internetGateway:
            return uplink.map { .via(TransitAddress.internetGateway, $0) } ?? .gone(owner: "\(owner): blackhole")
        case .natGateway(let name), .instance(let name):
            let port = ports.first { $0.name == name }
            guard let port, let address = port.addresses.first else { return .gone(owner: "\(owner): blackhole") }
            return .via(address, port.device)
        case .peering(let name):
            let wire = wires.first {
                if case .peering(let peering, _) = $0.kind { peering.name == name } else { false }
            }
            return via(wire, or: "\(owner): blackhole")
        case .gatewayEndpoint(let name):
            let wire = wires.first {
                if case .gatewayEndpoint(let endpoint) = $0.kind { endpoint.name == name } else { false }
            }
            return via(wire, or: "\(owner): blackhole")
        case .transitGateway(let name): return transit(name, in: table)
        case .virtualPrivateGateway(let name): return .gone(owner: "vgw \(name): outside the lab")
        case .local: return .local
        case .blackhole: return .gone(owner: "\(owner): blackhole")
        }
    }

    /// Where packets of a route end that leaves the lab or leads nowhere, and in whose name: the first block that fits.
    /// A virtual private gateway takes only what one of its own routes fits.
    func ends(of route: Route, in table: RoutingTable) -> [(block: CIDRBlock, owner: String)] {
        guard case .gone(let owner) = hop(of: route, in: table) else { return [] }
        let everything = [(block: route.destination, owner: owner)]
        guard case .virtualPrivateGateway(let name) = route.target, let gateway = privateGateway,
            gateway.name == name, !gateway.learnsRoutes
        else { return everything }
        let known = gateway.prefixes.filter { $0.overlaps(route.destination) }
        if known.contains(where: { $0.prefixLength <= route.destination.prefixLength }) { return everything }
        return known.sorted().map { ($0, owner) } + [(route.destination, "vgw \(name): no route")]
    }

    /// Only the interface in the packet's own zone will do.
    private func transit(_ name: String, in table: RoutingTable) -> Hop {
        let mine = wires.filter { if case .transitGateway(name, _) = $0.kind { true } else { false } }
        guard !mine.isEmpty else { return .gone(owner: "\(table.table.owner): blackhole") }
        let zone = table.zone ?? ""
        return via(mine.first { $0.subnet?.zone == zone }, or: "tgw \(name): no attachment in zone \(zone)")
    }

    private func via(_ wire: RouterWire?, or owner: String) -> Hop {
        wire.map { .via(TransitAddress.connection, $0.device) } ?? .gone(owner: owner)
    }
}
