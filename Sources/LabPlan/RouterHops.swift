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
