import CloudModel
import IPAddressing
import KernelObjects

/// A route table as the kernel has it. One with routes to a transit gateway exists once for each zone that uses it: a
/// packet enters the gateway through the interface in its own zone, and where there is none it is dropped.
struct RoutingTable {
    let table: RouteTable
    /// `nil` when the zone makes no difference.
    let zone: String?
    /// It has a sibling for another zone.
    let isZonal: Bool
    /// Among all tables of the router.
    let position: Int

    var mark: UInt32 { RouterNode.Mark.table(position) }
    var number: UInt32 { RouterNode.Table.number(position) }
    var chain: String { "table-\(table.name)" + (isZonal ? ".\(zone ?? "")" : "") }
    /// For comments: `route table main`, `route table main in zone a`.
    var title: String { "route table \(table.name)" + (isZonal ? " in zone \(zone ?? "")" : "") }

    func serves(_ subnet: Subnet) -> Bool {
        subnet.routeTable == table.name && (!isZonal || zone == subnet.zone)
    }

    /// - Parameter position: The number of a table by its name, and of a zonal copy by the table's name and the zone's.
    static func all(of vpc: VPC, position: (String) -> Int) -> [RoutingTable] {
        var tables: [RoutingTable] = []
        for table in vpc.routeTables {
            let zones = Set(vpc.subnets.filter { $0.routeTable == table.name }.map(\.zone)).sorted()
            let isZonal = zones.count > 1 && table.leadsToTransitGateway
            for zone in isZonal ? zones.map(Optional.some) : [zones.first] {
                let name = isZonal ? "\(table.name).\(zone ?? "")" : table.name
                tables.append(RoutingTable(table: table, zone: zone, isZonal: isZonal, position: position(name)))
            }
        }
        return tables
    }

    /// One route for each destination: what somebody wrote beats a prefix list, and that beats what was propagated
    /// [route priority].
    var routes: [Route] {
        var best: [CIDRBlock: Route] = [:]
        for route in table.routes {
            if let other = best[route.destination], other.rank <= route.rank { continue }
            best[route.destination] = route
        }
        return table.routes.filter { best[$0.destination] == $0 }.uniqued()
    }
}

extension RouteTable {
    fileprivate var leadsToTransitGateway: Bool {
        routes.contains { if case .transitGateway = $0.target { true } else { false } }
    }

    /// What reports call it: `rtb private-a`, whether the user's name begins with `rtb-` or not.
    var owner: String { "rtb \(name.hasPrefix("rtb-") ? String(name.dropFirst(4)) : name)" }
}

extension Route {
    fileprivate var rank: Int { isPropagated ? 2 : prefixList == nil ? 0 : 1 }
}

extension [Route] {
    fileprivate func uniqued() -> [Route] {
        var seen: Set<CIDRBlock> = []
        return filter { seen.insert($0.destination).inserted }
    }
}
