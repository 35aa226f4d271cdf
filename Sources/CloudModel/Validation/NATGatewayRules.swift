import IPAddressing

extension Findings {
    /// The famous misplacements of a NAT gateway. AWS builds them without a word, so they are warnings.
    mutating func checkNATGateways(of vpc: VPC) {
        for gateway in vpc.natGateways {
            guard let subnet = vpc.subnet(gateway.subnet), let table = vpc.routeTable(subnet.routeTable) else {
                continue
            }
            let isLost = gateway.elasticIP != nil && !vpc.isPublic(subnet)
            let loops = table.routes.filter { $0.target == .natGateway(gateway.name) }
            if gateway.isMisplacedOnPurpose {
                if !isLost, loops.isEmpty {
                    warning(
                        gateway.origin, "the NAT gateway `\(gateway.name)` is not misplaced: its subnet is public",
                        hint: "remove `misplaced: on-purpose`", field: "misplaced")
                }
                continue
            }
            if isLost, loops.isEmpty {
                warning(
                    gateway.origin,
                    "the NAT gateway `\(gateway.name)` stands in the subnet `\(subnet.name)`, whose route table has no "
                        + "route to an Internet gateway: nothing will get through it",
                    hint: "put it in a public subnet, or write `misplaced: on-purpose`", field: "subnet")
            }
            for loop in loops {
                warning(
                    loop.origin,
                    "the subnet `\(subnet.name)` sends \(loop.destination) to the NAT gateway `\(gateway.name)`, which "
                        + "stands in that same subnet: its packets come back to it",
                    hint: "route the NAT gateway's own subnet to the Internet gateway")
            }
        }
    }
}
