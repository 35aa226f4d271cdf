import CloudModel
import IPAddressing

extension CloudBuilder {
    func transitGateways(vpcs: [Record]) -> [TransitGateway] {
        let known = Set(vpcs.compactMap { $0.text("VpcId") })
        let builder = TransitGatewayBuilder(cloud: self, vpcs: known)
        return inventory[.transitGateways].filter { isThere($0, "transit gateway", "TransitGatewayId") }
            .compactMap(builder.gateway)
    }
}

/// A transit gateway is spread over half a dozen descriptions.
struct TransitGatewayBuilder {
    let cloud: CloudBuilder
    /// The VPCs of the folder.
    let vpcs: Set<String>

    private var inventory: Inventory { cloud.inventory }

    func gateway(_ record: Record) -> TransitGateway? {
        guard let id = record.text("TransitGatewayId"), let name = AWSName.of(id) else {
            record.error("the transit gateway's id is no id of AWS")
            return nil
        }
        let options = record.record("Options")
        if options?.text("MulticastSupport") == "enable" {
            record.lost("`\(name)` carries multicast", "the lab carries none")
        }
        if options?.text("VpnEcmpSupport") == "enable", inventory[.vpnConnections].count > 1 {
            record.lost("`\(name)` spreads over VPN connections of equal cost", "the lab uses the first")
        }
        var gateway = TransitGateway(name: name, origin: record.origin)
        gateway.routeTables = inventory[.transitGatewayRouteTables]
            .filter { $0.text("TransitGatewayId") == id }
            .filter { cloud.isThere($0, "transit gateway route table", "TransitGatewayRouteTableId") }
            .compactMap(routeTable)
        let attachments = attachments(of: id)
        if attachments.contains(where: { !$0.has("Association") && !$0.has("ResourceType") }) {
            record.lost(
                "the folder holds no `TransitGatewayAttachments` for `\(name)`",
                "every VPC is taken as associated with the gateway's default table")
        }
        for attachment in attachments {
            if let made = self.attachment(attachment, options: options, of: id) { gateway.attachments.append(made) }
        }
        addDefaultPropagations(to: &gateway, options: options, record)
        checkRoutes(of: &gateway, record)
        return gateway
    }

    /// All attachments; those of VPCs are also described where their other list is missing.
    private func attachments(of gateway: String) -> [Record] {
        var all = inventory[.transitGatewayAttachments].filter { $0.text("TransitGatewayId") == gateway }
        let ids = Set(all.compactMap { $0.text("TransitGatewayAttachmentId") })
        all += inventory[.transitGatewayVPCAttachments].filter {
            $0.text("TransitGatewayId") == gateway && !ids.contains($0.text("TransitGatewayAttachmentId") ?? "")
        }
        return all.filter { record in
            // One that is being modified carries packets.
            record.text("State") == "modifying"
                || cloud.isThere(record, "transit gateway attachment", "TransitGatewayAttachmentId")
        }
    }

    private func attachment(_ record: Record, options: Record?, of gateway: String) -> TransitGatewayAttachment? {
        guard let id = record.text("TransitGatewayAttachmentId"), let name = AWSName.of(id) else { return nil }
        let details = inventory.find(.transitGatewayVPCAttachments, id)
        if details?.record("Options")?.text("ApplianceModeSupport") == "enable" {
            record.lost(
                "the attachment `\(name)` is in appliance mode", "the lab does not pin flows to a zone")
        }
        // For attachments AWS's default is on; it counts where the gateway has it on, too.
        let gatewayKeeps =
            inventory.find(.transitGateways, gateway)?.record("Options")?.text("SecurityGroupReferencingSupport")
            == "enable"
        if gatewayKeeps, details?.record("Options")?.text("SecurityGroupReferencingSupport") == "enable" {
            record.lost(
                "the attachment `\(name)` keeps references to security groups",
                "in the lab a group of another VPC matches nobody across a transit gateway")
        }
        let (resource, prefixes) = resource(record, details, name: name, gateway: gateway)
        if case .vpc(let vpc, []) = resource {
            record.lost(
                "the subnets of the attachment `\(name)` are not described",
                "`\(vpc)` is not attached in the lab; add TransitGatewayVpcAttachments")
            return nil
        }
        return TransitGatewayAttachment(
            name: name, resource: resource, routeTable: table(record, options), prefixes: prefixes,
            origin: record.origin)
    }

    private func table(_ record: Record, _ options: Record?) -> String? {
        if let association = record.record("Association") {
            let state = association.text("State") ?? "associated"
            guard state == "associated" || state == "associating" else { return nil }
            return association.text("TransitGatewayRouteTableId").flatMap(AWSName.of)
        }
        // A list of VPC attachments says nothing of associations; the gateway's default does.
        guard !record.has("ResourceType"), options?.text("DefaultRouteTableAssociation") == "enable" else { return nil }
        return options?.text("AssociationDefaultRouteTableId").flatMap(AWSName.of)
    }

    private func resource(
        _ record: Record, _ details: Record?, name: String, gateway: String
    ) -> (TransitGatewayAttachment.Resource, [CIDRBlock]) {
        let id = record.text("ResourceId") ?? record.text("VpcId") ?? details?.text("VpcId") ?? ""
        switch record.text("ResourceType") ?? "vpc" {
        case "vpc" where vpcs.contains(id):
            // The gateway's interfaces say it, too.
            let described = details?.texts("SubnetIds") ?? []
            let seen = cloud.interfaces.all.filter {
                $0.type == "transit_gateway" && $0.vpc == id && $0.description.hasSuffix(name)
            }.map(\.interface.subnet)
            let known = Set(cloud.subnetRecords(of: id).compactMap { $0.text("SubnetId") })
            let subnets = InterfaceCatalog.unique(described.isEmpty ? seen : described)
            return (.vpc(AWSName.of(id) ?? id, subnets: subnets.filter(known.contains).compactMap(AWSName.of)), [])
        case "peering", "tgw-peering":
            if let peer = peer(record, of: gateway), let peerName = AWSName.of(peer),
                let other = inventory.find(.transitGateways, peer), cloud.isAlive(other)
            {
                return (.peering(peerName), [])
            }
            record.lost(
                "the attachment `\(name)` leads to a transit gateway that is not in the folder",
                "packets to it leave the lab; add the description of the other account and region")
            return (.outside(AWSName.of(id) ?? name), [])
        case let type:
            var prefixes = cloud.onPremises(behind: id)
            for block in propagated(from: name) where !prefixes.contains(block) { prefixes.append(block) }
            record.lost(
                "the attachment `\(name)` leads to \(ObjectName.shown(id)) (\(ObjectName.shown(type)))",
                "packets to it leave the lab; nothing answers there")
            return (.outside(AWSName.of(id) ?? name), prefixes)
        }
    }

    /// What the tables show as learned from an attachment: BGP says it nowhere else.
    private func propagated(from attachment: String) -> [CIDRBlock] {
        var blocks: [CIDRBlock] = []
        for route in inventory[.transitGatewayStaticRoutes].flatMap({ $0.records("Routes") }) {
            guard Self.isLearned(route) else { continue }
            let ends = route.records("TransitGatewayAttachments").compactMap { $0.text("TransitGatewayAttachmentId") }
            guard ends.compactMap(AWSName.of).contains(attachment) else { continue }
            if route.text("DestinationCidrBlock")?.contains(":") == true { continue }
            if let block = route.block("DestinationCidrBlock") { blocks.append(block) }
        }
        return blocks
    }

    private static func isLearned(_ route: Record) -> Bool {
        route.text("Type") == "propagated" && (route.text("State") ?? "active") == "active"
    }

    /// The gateway at the other end of a peering.
    private func peer(_ record: Record, of gateway: String) -> String? {
        if let id = record.text("ResourceId"), id.hasPrefix("tgw-"), id != gateway { return id }
        guard let id = record.text("TransitGatewayAttachmentId") else { return nil }
        if let details = inventory.find(.transitGatewayPeeringAttachments, id) {
            let ends = ["RequesterTgwInfo", "AccepterTgwInfo"]
                .compactMap { details.record($0)?.text("TransitGatewayId") }
            return ends.first { $0 != gateway }
        }
        return inventory[.transitGatewayAttachments]
            .first { $0.text("TransitGatewayAttachmentId") == id && $0.text("TransitGatewayId") != gateway }?
            .text("TransitGatewayId")
    }

    private func routeTable(_ record: Record) -> TransitGatewayRouteTable? {
        guard let id = record.text("TransitGatewayRouteTableId"), let name = AWSName.of(id) else { return nil }
        var table = TransitGatewayRouteTable(name: name, origin: record.origin)
        let propagations =
            inventory.find(.transitGatewayPropagations, id)?
            .records("TransitGatewayRouteTablePropagations") ?? []
        let described = inventory.find(.transitGatewayStaticRoutes, id)
        let routes = described?.records("Routes") ?? []
        // A search shows what was learned, too: whoever it was learned from is propagated.
        let shown = routes.filter(Self.isLearned).flatMap { $0.records("TransitGatewayAttachments") }
        table.propagations = InterfaceCatalog.unique(
            (propagations.filter { ["enabled", "enabling"].contains($0.text("State") ?? "enabled") } + shown)
                .compactMap { $0.text("TransitGatewayAttachmentId").flatMap(AWSName.of) })
        if described == nil {
            record.lost(
                "the static routes of `\(name)` are not described",
                "it has none; add what `aws ec2 search-transit-gateway-routes` prints, as TransitGatewayStaticRoutes")
        }
        if described?.flag("AdditionalRoutesAvailable") == true {
            described?.lost(
                "the description of the routes of `\(name)` is cut off", "those above 1,000 are missing")
        }
        // A block that somebody wrote beats the same one of a prefix list.
        var seen: Set<CIDRBlock> = []
        for hasBlock in [true, false] {
            for route in routes where route.has("DestinationCidrBlock") == hasBlock {
                for made in self.routes(route, of: name) {
                    if seen.insert(made.destination).inserted {
                        table.routes.append(made)
                    } else if hasBlock {
                        route.lost("`\(name)` has two routes to \(made.destination)", "the lab uses the first")
                    }
                }
            }
        }
        return table
    }

    private func routes(_ record: Record, of table: String) -> [TransitGatewayRoute] {
        guard (record.text("Type") ?? "static") == "static" else { return [] }
        let state = record.text("State") ?? "active"
        guard ["active", "blackhole", "pending"].contains(state) else { return [] }
        if record.text("DestinationCidrBlock")?.contains(":") == true {
            record.lost("a route of `\(table)` is IPv6", "the lab is IPv4 only: it is missing")
            return []
        }
        let blocks: [CIDRBlock]
        if let list = record.text("PrefixListId"), !record.has("DestinationCidrBlock") {
            guard let known = cloud.prefixLists[list]?.blocks else {
                record.lost("a route of `\(table)` names a prefix list without known blocks", "it is missing")
                return []
            }
            blocks = known
        } else {
            blocks = record.block("DestinationCidrBlock").map { [$0] } ?? []
        }
        let ends = record.records("TransitGatewayAttachments")
        if ends.count > 1 {
            record.lost("a route of `\(table)` has \(ends.count) attachments", "the lab uses the first")
        }
        let attachment = state == "blackhole" ? nil : ends.first?.text("TransitGatewayAttachmentId").flatMap(AWSName.of)
        return blocks.map { TransitGatewayRoute(destination: $0, attachment: attachment, origin: record.origin) }
    }

    /// Where no file lists propagations, the gateway's default setting is all there is to go by.
    private func addDefaultPropagations(to gateway: inout TransitGateway, options: Record?, _ record: Record) {
        guard !inventory.describes(.transitGatewayPropagations), !gateway.attachments.isEmpty else { return }
        let described = Set(
            inventory[.transitGatewayStaticRoutes].compactMap {
                $0.text("TransitGatewayRouteTableId").flatMap(AWSName.of)
            })
        // Tables that show what they have learned leave nothing to guess.
        let silent = gateway.routeTables.filter { !described.contains($0.name) || $0.propagations.isEmpty }
        guard gateway.routeTables.isEmpty || !silent.isEmpty else { return }
        let table = options?.text("PropagationDefaultRouteTableId").flatMap(AWSName.of)
        guard options?.text("DefaultRouteTablePropagation") == "enable",
            let index = gateway.routeTables.firstIndex(where: { $0.name == table })
        else {
            return record.lost(
                "the folder holds no `TransitGatewayPropagations` for `\(gateway.name)`",
                "no VPC's blocks are in its tables but those that a search shows; add them")
        }
        guard !described.contains(gateway.routeTables[index].name) else {
            guard gateway.routeTables[index].propagations.isEmpty else { return }
            return record.lost(
                "the routes of `\(gateway.routeTables[index].name)` are described, and none of them is propagated",
                "no VPC's blocks are in it; if only static ones were searched for, add `TransitGatewayPropagations`")
        }
        record.lost(
            "the folder holds no `TransitGatewayPropagations` for `\(gateway.name)`",
            "every VPC is taken as propagated to the gateway's default table")
        // A peering has static routes only.
        gateway.routeTables[index].propagations = gateway.attachments.filter { !$0.isPeering }.map(\.name)
    }

    /// Names that nothing bears would lead nowhere: say so, and leave a blackhole.
    private func checkRoutes(of gateway: inout TransitGateway, _ record: Record) {
        let attachments = Set(gateway.attachments.map(\.name))
        // These never propagate.
        let peerings = Set(gateway.attachments.filter(\.isPeering).map(\.name))
        let tables = Set(gateway.routeTables.map(\.name))
        for table in gateway.routeTables.indices {
            gateway.routeTables[table].propagations.removeAll { !attachments.contains($0) || peerings.contains($0) }
            for route in gateway.routeTables[table].routes.indices {
                let end = gateway.routeTables[table].routes[route].attachment
                guard let end, !attachments.contains(end) else { continue }
                let destination = gateway.routeTables[table].routes[route].destination
                record.lost(
                    "`\(gateway.routeTables[table].name)` leads \(destination) to `\(end)`, which is not in the lab",
                    "packets to it are dropped")
                gateway.routeTables[table].routes[route].attachment = nil
            }
        }
        for index in gateway.attachments.indices {
            guard let table = gateway.attachments[index].routeTable, !tables.contains(table) else { continue }
            record.lost(
                "the table `\(table)` of the attachment `\(gateway.attachments[index].name)` is not described",
                "what comes in through it is dropped")
            gateway.attachments[index].routeTable = nil
        }
    }
}

extension TransitGatewayAttachment {
    fileprivate var isPeering: Bool { if case .peering = resource { true } else { false } }
}
