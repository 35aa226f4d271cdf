import IPAddressing

extension Findings {
    /// Route tables: one main, no destination twice, nothing that competes with the local routes, known targets.
    mutating func checkRouteTables(of vpc: VPC) {
        let mains = vpc.routeTables.filter(\.isMain)
        for table in mains.dropFirst() {
            error(
                table.origin, "a VPC has one main route table, and `\(mains[0].name)` already is",
                hint: "remove `main: true` from one of them", field: "main")
        }
        let subnets = Set(vpc.subnets.map(\.cidrBlock))
        let instances = Dictionary(vpc.instances.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let gateways = Set(vpc.natGateways.map(\.name))
        for table in vpc.routeTables {
            var seen: Set<CIDRBlock> = []
            for route in table.routes {
                if !seen.insert(route.destination).inserted {
                    error(
                        route.origin, "the route table `\(table.name)` has two routes to \(route.destination)",
                        hint: "a destination has one target; keep one of them")
                }
                checkLocal(route, in: vpc, subnets: subnets)
                switch route.target {
                case .internetGateway(let name) where name != vpc.internetGateway?.name:
                    unknown(
                        "Internet gateway", name, among: vpc.internetGateway.map { [$0.name] } ?? [], at: route.origin)
                case .natGateway(let name) where !gateways.contains(name):
                    unknown("NAT gateway", name, among: listed(gateways), at: route.origin)
                case .instance(let name):
                    checkMiddlebox(name, route, instances)
                default: break
                }
            }
        }
    }

    private mutating func checkMiddlebox(_ name: String, _ route: Route, _ instances: [String: Instance]) {
        guard let instance = instances[name] else {
            return unknown("instance", name, among: names(of: .instance), at: route.origin)
        }
        if instance.interface.sourceDestinationCheck {
            warning(
                route.origin,
                "the route to \(route.destination) leads to `\(name)`, whose source/destination check drops what is "
                    + "not addressed to it",
                hint: "set `source-dest-check: false` on `\(name)`")
        }
    }

    /// Nothing may be more specific than a local route, except a whole subnet sent through a middlebox.
    private mutating func checkLocal(_ route: Route, in vpc: VPC, subnets: Set<CIDRBlock>) {
        if let use = route.destination.base.specialUse, route.destination.prefixLength > 0 {
            error(
                route.origin, "no route can lead to \(route.destination): it \(use)",
                hint: "AWS never forwards these addresses")
        }
        guard let local = vpc.cidrBlocks.first(where: { $0.contains(route.destination) }) else { return }
        if local == route.destination {
            error(
                route.origin, "the local route of \(local) is in every table and cannot be written again",
                hint: "remove this route; packets to the VPC's own block always stay in the VPC")
            return
        }
        let isMiddlebox =
            switch route.target {
            case .instance, .natGateway: true
            default: false
            }
        if !subnets.contains(route.destination) || !isMiddlebox {
            error(
                route.origin, "the route to \(route.destination) is more specific than the local route of \(local)",
                hint:
                    "AWS allows that only for the whole block of a subnet, with an instance or a NAT gateway as target")
        }
    }
}
