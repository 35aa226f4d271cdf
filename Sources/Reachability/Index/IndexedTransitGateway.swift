import CloudModel
import IPAddressing

/// A transit gateway with its route tables ready for look-ups.
struct IndexedTransitGateway: Sendable {
    struct Entry: Sendable {
        let block: CIDRBlock
        /// `nil`: a blackhole, or an attachment that does not exist.
        let attachment: Int?
        /// `nil`: it was propagated.
        let route: TransitGatewayRoute?
    }

    struct Table: Sendable {
        let model: TransitGatewayRouteTable
        let entries: [Entry]
        let prefixes: PrefixTable
    }

    let model: TransitGateway
    /// In the order of the attachments: the table that places what comes from it.
    let tables: [Table?]
    /// For attachments of VPCs: which VPC, and its attachment subnets.
    let vpcs: [Int?]
    let subnets: [[Int]]

    init(_ model: TransitGateway, in lab: Lab, vpcs names: [String: Int], subnets: (Int, [String]) -> [Int]) {
        self.model = model
        let vpcs = model.attachments.map { attachment -> Int? in
            if case .vpc(let name, _) = attachment.resource { names[name] } else { nil }
        }
        self.vpcs = vpcs
        self.subnets = zip(model.attachments, vpcs).map { attachment, vpc in
            guard case .vpc(_, let wanted) = attachment.resource, let vpc else { return [] }
            return subnets(vpc, wanted)
        }
        tables = model.attachments.map { attachment in
            guard let name = attachment.routeTable, let table = model.routeTable(name) else { return nil }
            var entries = table.routes.map { route in
                Entry(
                    block: route.destination,
                    attachment: route.attachment.flatMap { name in
                        model.attachments.firstIndex { $0.name == name }
                    }, route: route)
            }
            for (block, name) in lab.propagatedRoutes(to: table, of: model) {
                let from = model.attachments.firstIndex { $0.name == name }
                entries.append(Entry(block: block, attachment: from, route: nil))
            }
            return Table(
                model: table, entries: entries,
                prefixes: PrefixTable(entries.map { ($0.block, $0.route == nil ? 1 : 0) }))
        }
    }

    func attachment(ofVPC vpc: Int) -> Int? { vpcs.firstIndex(of: vpc) }
}
