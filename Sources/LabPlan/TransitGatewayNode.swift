import CloudModel
import IPAddressing
import KernelObjects

/// A wire of a transit gateway: to the router of an attached VPC in one zone, or to another transit gateway.
struct TransitGatewayPort {
    let attachment: TransitGatewayAttachment
    /// `nil` towards another transit gateway.
    let zone: String?
    let device: Device
    /// Of the other end.
    let mac: MACAddress
}

/// A transit gateway: the table an attachment is associated with places what comes from it. No translation, no memory.
///
/// Packets stay in their zone: they leave by the interface of the target attachment in the zone they came from, if it
/// has one. The time to live goes down by one, so that tables which send packets in a circle do not keep them forever;
/// nothing is said about it, and AWS does not say whether it does.
struct TransitGatewayNode {
    private typealias Mark = RouterNode.Mark
    private typealias Table = RouterNode.Table

    /// A route table as seen from one zone.
    private struct Zonal: Hashable {
        let table: String
        let zone: String?

        var chain: String { "table-\(table)" + (zone.map { ".\($0)" } ?? "") }
    }

    private let gateway: TransitGateway
    private let lab: Lab
    private let ports: [TransitGatewayPort]
    private var tables: [Zonal] = []

    static func plan(_ gateway: TransitGateway, builder: PlanBuilder) -> NodePlan {
        TransitGatewayNode(gateway, builder).node(builder)
    }

    private init(_ gateway: TransitGateway, _ builder: PlanBuilder) {
        self.gateway = gateway
        lab = builder.lab
        ports = builder.transitPorts[gateway.name] ?? []
        for port in ports {
            guard let zonal = zonal(port), !tables.contains(zonal) else { continue }
            tables.append(zonal)
        }
    }

    private func zonal(_ port: TransitGatewayPort) -> Zonal? {
        port.attachment.routeTable.map { Zonal(table: $0, zone: port.zone) }
    }

    private func node(_ builder: PlanBuilder) -> NodePlan {
        var node = NodePlan(gateway.name, .transitGateway)
        node.sysctls = Sysctl.forwarding
        node.devices = builder.farDevices(of: gateway.name)
        node.neighbors = ports.map { Neighbor(TransitAddress.connection, mac: $0.mac, device: $0.device) }
        node.routes = [KernelRoute(.everywhere, device: .loopback, table: Table.nowhere, owner: "no route")]
        for (position, zonal) in tables.enumerated() {
            let owner = "route table \(zonal.table)" + (zonal.zone.map { " in zone \($0)" } ?? "")
            node.routes += lines(of: zonal).map { line in
                KernelRoute(
                    line.block, via: line.port == nil ? nil : TransitAddress.connection,
                    device: line.port?.device ?? .loopback, table: Table.number(position), owner: owner)
            }
            node.rules.append(
                KernelRule(
                    priority: 100 + UInt32(position), mark: Mark.table(position), table: Table.number(position),
                    owner: owner))
        }
        node.rules.append(
            KernelRule(priority: 33_000, mark: Mark.base, mask: Mark.base, table: Table.nowhere, owner: "no route"))
        node.nft = ruleset
        return node
    }

    // MARK: Tables

    /// A line of a table: `port` is nil where packets end, in the name of `owner`.
    private struct Line {
        let block: CIDRBlock
        let port: TransitGatewayPort?
        let owner: String
    }

    /// Static routes win over propagated ones of the same block; of two propagated ones the first.
    private func lines(of zonal: Zonal) -> [Line] {
        guard let table = gateway.routeTable(zonal.table) else { return [] }
        var seen: Set<CIDRBlock> = []
        var lines: [Line] = []
        for route in table.routes where seen.insert(route.destination).inserted {
            lines.append(line(route.destination, route.attachment, zonal))
        }
        for (block, name) in lab.propagatedRoutes(to: table, of: gateway) where seen.insert(block).inserted {
            lines.append(line(block, name, zonal))
        }
        return lines
    }

    private func line(_ block: CIDRBlock, _ attachment: String?, _ zonal: Zonal) -> Line {
        let owner = "tgw \(gateway.name) rtb \(zonal.table)"
        guard let attachment else { return Line(block: block, port: nil, owner: "\(owner): blackhole") }
        let mine = ports.filter { $0.attachment.name == attachment }
        return Line(
            block: block, port: mine.first { $0.zone == zonal.zone } ?? mine.first,
            owner: "tgw \(gateway.name): attachment \(attachment) is outside the lab")
    }

    // MARK: Rules

    private var ruleset: NftTable {
        let sources = NftSet(
            "sources", key: [.interface], data: .verdict,
            elements: ports.map { .init([.interface($0.device.name)], .verdict(.goto("from-\($0.device.name)"))) })
        let names = NftSet(
            "route_tables", key: [.mark], data: .verdict,
            elements: tables.enumerated().map {
                .init([.mark(Mark.table($0.offset))], .verdict(.goto($0.element.chain)))
            }
        )
        return NftTable(sets: [sources, names], chains: entries + ends + hooks(sources, names))
    }

    private var entries: [NftChain] {
        ports.map { port in
            guard let position = zonal(port).flatMap(tables.firstIndex) else {
                return NftChain(
                    "from-\(port.device.name)",
                    rules: [
                        .drop(owner: "tgw \(gateway.name): attachment \(port.attachment.name) has no route table")
                    ])
            }
            return NftChain(
                "from-\(port.device.name)", rules: [NftRule([.setMark(Mark.table(position)), .verdict(.accept)])])
        }
    }

    private var ends: [NftChain] {
        tables.map { zonal in
            let gone = lines(of: zonal).filter { $0.port == nil }.sorted {
                ($1.block.prefixLength, $0.block.base) < ($0.block.prefixLength, $1.block.base)
            }
            let rules = gone.map { line in
                NftRule.drop(
                    line.block == .everywhere ? [] : [.address(.destination, line.block)], owner: line.owner)
            }
            return NftChain(
                zonal.chain, rules: rules + [.drop(owner: "tgw \(gateway.name) rtb \(zonal.table): no route")])
        }
    }

    private func hooks(_ sources: NftSet, _ names: NftSet) -> [NftChain] {
        [
            NftChain(
                "prerouting", base: .init(.filter, .prerouting, priority: -300, policy: .drop),
                rules: [NftRule([.notrack]), NftRule([.verdictMap([.inputInterface], sources.name)])]),
            NftChain(
                "forward", base: .init(.filter, .forward, priority: 0),
                rules: [
                    NftRule([.interface(.outputInterface, "lo"), .verdictMap([.mark], names.name)]),
                    NftRule([.clampSegmentSize]),
                ]),
            NftChain(
                "input", base: .init(.filter, .input, priority: 0, policy: .drop),
                rules: [.drop(owner: "tgw \(gateway.name): not a host")]),
            // Silent, whatever the kernel would like to say.
            NftChain("output", base: .init(.filter, .output, priority: 0, policy: .drop)),
        ]
    }
}
