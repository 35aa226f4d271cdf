import CloudModel
import IPAddressing

// Transit gateways: routers with a table for each attachment.
extension Walker {
    /// From a subnet of a VPC: only where the attachment has a subnet in the same zone.
    mutating func enter(transitGateway number: Int, fromSubnet subnet: Int) -> Verdict {
        let gateway = index.transitGateways[number]
        let from = index.subnets[subnet]
        let hop = index.transitGatewayHop(number, vpc: from.vpc)
        guard let attachment = gateway.attachment(ofVPC: from.vpc) else {
            return refuse(
                .badStateAttachment, .nullRouted, hop,
                "VPC \(index.vpcs[from.vpc].model.name) is not attached to \(hop.component)")
        }
        guard let door = gateway.subnets[attachment].first(where: { index.subnets[$0].model.zone == from.model.zone })
        else {
            return refuse(
                .tgwRouteAZRestriction, .nullRouted, hop,
                "\(hop.component) has no attachment subnet in zone \(from.model.zone), where subnet \(from.model.name) is"
            )
        }
        log.visit(index.vpcs[from.vpc].component)
        // The gateway's interface stands in that subnet, whose list sees what goes to it.
        if let verdict = passACL(of: door, egress: false) { return verdict }
        return pass(transitGateway: number, from: attachment, zone: from.model.zone)
    }

    /// By the table that the attachment is associated with.
    private mutating func pass(transitGateway number: Int, from attachment: Int, zone: String) -> Verdict {
        let gateway = index.transitGateways[number]
        let hop = index.transitGatewayHop(number, vpc: nil)
        log.visit(hop.component)
        if let verdict = meetOutage(at: hop.component) { return verdict }
        if isGoingInCircles() {
            return refuse(.noPath, .loop, hop, "the routes of \(hop.component) lead in circles")
        }
        guard let table = gateway.tables[attachment] else {
            return refuse(
                .tgwAttachMissingAssociation, .deniedIn, hop,
                "attachment \(gateway.model.attachments[attachment].name) is associated with no route table of "
                    + "\(hop.component)")
        }
        let tableHop = Hop(
            Component(.transitGatewayRouteTable, table.model.name, origin: table.model.origin),
            attachedTo: hop.component)
        guard let best = table.prefixes.best(packet.destination) else {
            return refuse(
                .tgwRTBNoRoute, .noRoute, tableHop,
                "route table \(table.model.name) of \(hop.component) has no route to \(packet.destination)")
        }
        let entry = table.entries[best]
        guard let next = entry.attachment else {
            return refuse(
                .tgwRTBBadStateRoute, .nullRouted, tableHop.with(index.hopRule(entry, of: gateway)),
                "the route to \(entry.block) in table \(table.model.name) of \(hop.component) leads nowhere")
        }
        log.add(hop)
        log.add(tableHop.with(index.hopRule(entry, of: gateway)))
        return leave(transitGateway: number, by: next, zone: zone)
    }

    private mutating func leave(transitGateway number: Int, by attachment: Int, zone: String) -> Verdict {
        let gateway = index.transitGateways[number]
        let model = gateway.model.attachments[attachment]
        let hop = Hop(
            Component(.transitGatewayAttachment, model.name, origin: model.origin),
            attachedTo: index.transitGatewayHop(number, vpc: nil).component)
        loseGroups()
        switch model.resource {
        case .outside:
            log.add(hop)
            return .arrived(.outside)
        case .peering(let name):
            let other = index.transitGateways.firstIndex { $0.model.name == name }
            let back = other.flatMap { position in
                index.transitGateways[position].model.attachments.firstIndex {
                    $0.resource == .peering(gateway.model.name)
                }
            }
            guard let other, let back else {
                return refuse(
                    .badStateAttachment, .nullRouted, hop, "the other end of attachment \(model.name) does not exist")
            }
            log.add(hop)
            return pass(transitGateway: other, from: back, zone: "")
        case .vpc:
            guard let vpc = gateway.vpcs[attachment] else {
                return refuse(
                    .badStateAttachment, .nullRouted, hop, "the VPC of attachment \(model.name) does not exist")
            }
            log.add(hop)
            return enter(vpc, by: number, subnets: gateway.subnets[attachment], zone: zone)
        }
    }

    /// Into a VPC through the attachment's subnet of the sender's zone, or its first: as if sent from there, that subnet's
    /// list and table come next, and neither for a neighbour.
    private mutating func enter(_ vpc: Int, by gateway: Int, subnets: [Int], zone: String) -> Verdict {
        guard let subnet = subnets.first(where: { index.subnets[$0].model.zone == zone }) ?? subnets.first else {
            return deliver(in: vpc)
        }
        if let verdict = meetOutage(of: gateway, inZone: index.subnets[subnet].model.zone, vpc: vpc) { return verdict }
        cameByTransitGateway = true
        guard index.subnets[subnet].block.contains(packet.destination) else { return leaveSubnet(subnet) }
        log.visit(index.vpcs[vpc].component)
        log.visit(index.subnets[subnet].component)
        return enterNeighbor(in: subnet)
    }
}

extension Hop {
    func with(_ rule: HopRule) -> Hop {
        var hop = self
        hop.rule = rule
        return hop
    }
}
