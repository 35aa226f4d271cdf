import IPAddressing

extension Findings {
    /// Transit gateways: attachments to known things, one subnet a zone; tables that name attachments.
    mutating func checkTransitGateways() {
        for gateway in lab.transitGateways {
            var attached: Set<String> = []
            for attachment in gateway.attachments {
                check(attachment, of: gateway)
                if let vpc = attachment.vpc, !attached.insert(vpc).inserted {
                    error(
                        attachment.origin,
                        "the VPC `\(vpc)` is already attached to the transit gateway `\(gateway.name)`",
                        hint: "a VPC has one attachment to a transit gateway", field: "vpc")
                }
                if let name = attachment.routeTable, gateway.routeTable(name) == nil {
                    unknown(
                        "transit gateway route table", name, among: gateway.routeTables.map(\.name),
                        at: attachment.origin, field: "route-table")
                }
            }
            for table in gateway.routeTables { check(table, of: gateway) }
        }
    }

    private mutating func check(_ attachment: TransitGatewayAttachment, of gateway: TransitGateway) {
        switch attachment.resource {
        case .vpc(let name, let subnets):
            guard let vpc = lab.vpc(name) else {
                return unknown("VPC", name, among: lab.vpcs.map(\.name), at: attachment.origin, field: "vpc")
            }
            if subnets.isEmpty {
                error(
                    attachment.origin, "the attachment `\(attachment.name)` has no subnet",
                    hint: "one in each zone that shall reach the transit gateway", field: "subnets")
            }
            checkZones(subnets, of: vpc, what: "attachment", at: attachment.origin)
        case .peering(let name):
            guard let other = lab.transitGateway(name) else {
                return unknown(
                    "transit gateway", name, among: lab.transitGateways.map(\.name), at: attachment.origin,
                    field: "peering")
            }
            if name == gateway.name {
                error(
                    attachment.origin, "the transit gateway `\(name)` cannot be peered with itself",
                    hint: "name another one", field: "peering")
            } else if other.peeringAttachment(to: gateway.name) == nil {
                error(
                    attachment.origin,
                    "the transit gateway `\(name)` has no attachment that peers it with "
                        + "`\(gateway.name)`", hint: "add `{ peering: \(gateway.name) }` to its attachments",
                    field: "peering")
            }
        case .outside: break
        }
    }

    private mutating func check(_ table: TransitGatewayRouteTable, of gateway: TransitGateway) {
        let names = gateway.attachments.map(\.name)
        var seen: Set<CIDRBlock> = []
        for route in table.routes {
            if !seen.insert(route.destination).inserted {
                error(
                    route.origin,
                    "the transit gateway route table `\(table.name)` has two routes to "
                        + "\(route.destination)", hint: "keep one of them")
            }
            if let name = route.attachment, gateway.attachment(name) == nil {
                unknown("attachment", name, among: names + ["blackhole"], at: route.origin)
            }
        }
        for name in table.propagations {
            guard let attachment = gateway.attachment(name) else {
                unknown("attachment", name, among: names, at: table.origin, field: "propagates")
                continue
            }
            if case .peering = attachment.resource {
                error(
                    table.origin, "the peering attachment `\(name)` cannot propagate its routes",
                    hint: "AWS wants static routes to a peered transit gateway", field: "propagates")
            }
        }
    }
}

extension TransitGateway {
    /// The attachment that leads to another transit gateway.
    public func peeringAttachment(to other: String) -> TransitGatewayAttachment? {
        attachments.first { $0.resource == .peering(other) }
    }
}
