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
            var seen: Set<Destination> = []
            for route in table.routes {
                if !seen.insert(Destination(route)).inserted {
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
                case .peering(let name): checkPeering(name, route, of: vpc)
                case .transitGateway(let name): checkTransitGateway(name, route, of: vpc)
                case .gatewayEndpoint(let name): checkEndpoint(name, route, of: vpc)
                default: break
                }
            }
        }
    }

    /// The Internet gateway's own table: known, and leading only to interfaces of the VPC.
    mutating func checkGatewayTable(of vpc: VPC) {
        guard let gateway = vpc.internetGateway, let name = gateway.routeTable else { return }
        guard let table = vpc.routeTable(name) else {
            return unknown(
                "route table", name, among: vpc.routeTables.map(\.name), at: gateway.origin, field: "route-table")
        }
        for route in table.routes {
            switch route.target {
            case .instance, .local, .blackhole: continue
            default:
                error(
                    route.origin,
                    "the route to \(route.destination) stands in `\(name)`, the table of the Internet gateway "
                        + "`\(gateway.name)`, and leads to no instance",
                    hint: "a gateway route table leads to an instance, for the whole block of a subnet")
            }
        }
    }

    /// A block may stand once by itself, once by each prefix list, and once more because it was propagated.
    private struct Destination: Hashable {
        let block: CIDRBlock
        let prefixList: String?
        let isPropagated: Bool

        init(_ route: Route) {
            block = route.destination
            prefixList = route.prefixList
            isPropagated = route.isPropagated
        }
    }

    private mutating func checkPeering(_ name: String, _ route: Route, of vpc: VPC) {
        let mine = lab.peerings(of: vpc)
        guard let (_, peer) = mine.first(where: { $0.peering.name == name }) else {
            // A peering whose other end is unknown has its own problem.
            guard lab.peering(name)?.peer(of: vpc.name) == nil else { return }
            if lab.peering(name) != nil {
                return error(
                    route.origin, "the peering connection `\(name)` does not belong to the VPC `\(vpc.name)`",
                    hint: "a route table uses the connections of its own VPC")
            }
            return unknown("peering connection", name, among: mine.map(\.peering.name), at: route.origin)
        }
        if !peer.cidrBlocks.contains(where: { $0.overlaps(route.destination) }) {
            warning(
                route.origin,
                "the route to \(route.destination) leads to the peering `\(name)`, and nothing of the VPC "
                    + "`\(peer.name)` lies there: its packets are dropped",
                hint:
                    "peering is not transitive; \(peer.name) is \(peer.cidrBlocks.map(\.description).joined(separator: ", "))"
            )
        }
    }

    private mutating func checkTransitGateway(_ name: String, _ route: Route, of vpc: VPC) {
        guard let gateway = lab.transitGateway(name) else {
            return unknown("transit gateway", name, among: lab.transitGateways.map(\.name), at: route.origin)
        }
        if gateway.attachment(ofVPC: vpc.name) == nil {
            error(
                route.origin, "the VPC `\(vpc.name)` is not attached to the transit gateway `\(name)`",
                hint: "add `\(vpc.name): { vpc: \(vpc.name), subnets: [...] }` to its attachments")
        }
    }

    private mutating func checkEndpoint(_ name: String, _ route: Route, of vpc: VPC) {
        guard let endpoint = vpc.endpoint(name) else {
            return unknown("endpoint", name, among: vpc.endpoints.map(\.name), at: route.origin)
        }
        guard case .gateway(let list) = endpoint.kind else {
            return error(
                route.origin, "the endpoint `\(name)` is an interface endpoint, which no route leads to",
                hint: "it is reached by its private addresses")
        }
        if route.prefixList != list {
            error(
                route.origin, "the destination of a route to the gateway endpoint `\(name)` is its prefix list",
                hint: "write `\(list): \(name)`")
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

    /// Nothing may be more specific than a local route, except a whole subnet sent through a middlebox, and what is left
    /// of such a route when the middlebox has gone: a blackhole.
    private mutating func checkLocal(_ route: Route, in vpc: VPC, subnets: Set<CIDRBlock>) {
        if let use = route.destination.specialUse {
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
        let isAllowed =
            switch route.target {
            case .instance, .natGateway: subnets.contains(route.destination)
            case .blackhole: true
            default: false
            }
        if !isAllowed {
            error(
                route.origin, "the route to \(route.destination) is more specific than the local route of \(local)",
                hint:
                    "AWS allows that only for the whole block of a subnet, with an instance or a NAT gateway as target")
        }
    }
}
