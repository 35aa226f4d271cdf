import CloudModel
import IPAddressing
import KernelObjects

/// The nftables rules of a VPC router.
///
/// Every dispatch is one lookup by interface, so a packet's cost does not grow with the number of interfaces, subnets
/// or groups.
struct RouterRuleset {
    let lab: Lab
    let vpc: VPC
    let ports: [RouterPort]
    let wires: [RouterWire]
    let tables: [RoutingTable]
    let hops: RouterHops
    let balancers: BalancerRules

    private typealias Mark = RouterNode.Mark
    private var uplink: Device? { hops.uplink }
    private var lists: NetworkACLRules { NetworkACLRules(vpc: vpc) }
    private var borders: BorderRules { BorderRules(wires: wires, vpc: vpc, lab: lab, handedOn: handedOn) }
    private var handedOn: HandedOnRules { HandedOnRules(lab: lab, ports: ports, wires: wires) }

    var table: NftTable {
        let groups = SecurityGroupRules(lab: lab, vpc: vpc, ports: ports, wires: wires, handedOn: handedOn)
        return NftTable(
            sets: [.ttlPlusOne, sources, natGateways, services, resolvers, ownGateways, aclIn, tableNames, blocks]
                + ownAddresses + borders.sets + groups.sets + balancers.sets + handedOn.sets,
            chains: portChains + borders.chains + subnetChains + lists.chains + receiverChains + [unroutable]
                + routeTableChains + groups.chains + [prerouting, nowhere, aclIngress] + groups.gates + [input]
                + balancers.chains + balancers.receiverChains(lists) + handedOn.chains)
    }

    // MARK: Leaving an interface

    private var prerouting: NftChain {
        var rules = [
            NftRule([.translateTTL(map: NftSet.ttlPlusOne.name)]),
            NftRule([.verdictMap([.inputInterface], sources.name)]),
        ]
        if let uplink {
            // The groups of a middlebox must know every flow.
            if !vpc.hasMiddlebox {
                rules.append(
                    NftRule([
                        .interface(.inputInterface, uplink.name), .inSet([.destination], natGateways.name), .notrack,
                    ]))
            }
            rules.append(NftRule([.interface(.inputInterface, uplink.name), .setMark(edgeMark), .verdict(.accept)]))
        }
        return NftChain(
            "prerouting", base: .init(.filter, .prerouting, priority: -300),
            rules: rules)
    }

    /// Of the gateway route table, if the Internet gateway has one.
    private var edgeMark: UInt32 {
        let name = vpc.internetGateway?.routeTable
        return tables.first { $0.table.name == name }?.mark ?? Mark.edge
    }

    private var sources: NftSet {
        NftSet(
            "sources", key: [.interface], data: .verdict,
            elements: ports.map { .init([.interface($0.device.name)], .verdict(.goto("eni-\($0.name)"))) }
                + wires.map { .init([.interface($0.device.name)], .verdict(.goto($0.chain))) })
    }

    /// Interfaces without security groups: nobody asks the router to remember what passes between them and the
    /// Internet gateway, and a scan of an Elastic IP would fill its memory with 65,535 flows.
    private var natGateways: NftSet {
        NftSet(
            "nat_gateways", key: [.address],
            elements: ports.filter { !$0.hasSecurityGroups }.flatMap(\.addresses).map { .init([.address($0)]) })
    }

    private var portChains: [NftChain] {
        ports.map { port in
            var rules: [NftRule] = []
            if !port.hasSecurityGroups, !vpc.hasMiddlebox, let address = port.addresses.first {
                // Only what leaves the VPC. The gateway's own errors to an instance (time exceeded, fragmentation
                // needed) must be known to belong to a flow, or the instance's security group drops them.
                rules.append(
                    NftRule([
                        .address(.source, CIDRBlock(address)), .inSet([.destination], blocks.name, not: true), .notrack,
                    ]))
            }
            if port.checksSource {
                rules.append(.drop([foreign(.source, port)], owner: "eni \(port.name): source/dest check"))
            }
            rules += handedOn.entryRules(port, foreign: foreign(.source, port))
            rules.append(NftRule([.verdict(.goto("subnet-\(port.subnet.name)"))]))
            return NftChain("eni-\(port.name)", rules: rules)
        }
    }

    /// The packet's source, or its destination, is not an address of the interface.
    private func foreign(_ field: NftStatement.AddressField, _ port: RouterPort) -> NftStatement {
        if port.addresses.count == 1, let address = port.addresses.first {
            return .address(field, CIDRBlock(address), not: true)
        }
        let interface: NftStatement.Field = field == .source ? .inputInterface : .outputInterface
        return .inSet([interface, field.field], "own_addresses", not: true)
    }

    /// Of interfaces that have several.
    private var ownAddresses: [NftSet] {
        let several = ports.filter { $0.addresses.count > 1 }
        guard !several.isEmpty else { return [] }
        return [
            NftSet(
                "own_addresses", key: [.interface, .address],
                elements: several.flatMap { port in
                    port.addresses.map { .init([.interface(port.device.name), .address($0)]) }
                })
        ]
    }

    private var subnetChains: [NftChain] {
        vpc.subnets.map { subnet in
            NftChain(
                "subnet-\(subnet.name)",
                rules: [
                    NftRule([.inSet([.destination], services.name), .verdict(.accept)]),
                    NftRule([
                        .address(.destination, subnet.cidrBlock), .setMark(Mark.local), .verdict(.accept),
                    ]),
                    NftRule([.verdict(.jump(lists.chainName(of: subnet, .egress)))]),
                    NftRule([
                        .setMark(tables.first { $0.serves(subnet) }?.mark ?? Mark.edge), .verdict(.accept),
                    ]),
                ])
        }
    }

    /// The link-local services and the resolver.
    private var services: NftSet {
        NftSet(
            "services", key: [.address],
            elements: VPCService.addresses(of: vpc).map { .init([.address($0)]) })
    }

    // MARK: Where no route leads

    private var blocks: NftSet {
        NftSet("vpc", key: [.address], isInterval: true, elements: vpc.cidrBlocks.map { .init([.block($0)]) })
    }

    private var tableNames: NftSet {
        NftSet(
            "route_tables", key: [.mark], data: .verdict,
            elements: tables.map { .init([.mark($0.mark)], .verdict(.goto($0.chain))) })
    }

    /// Routes whose target is gone lead here as well as no route at all: the longest that fits is the one it took.
    private var routeTableChains: [NftChain] {
        tables.map { table in
            let gone = ends(of: table)
            return NftChain(
                table.chain,
                rules: gone.map { NftRule.drop(Self.destination($0.block), owner: $0.owner) }
                    + [.drop(owner: "\(table.table.owner): no route")])
        }
    }

    /// Where routes of a table end, the longest first.
    private func ends(of table: RoutingTable) -> [(block: CIDRBlock, owner: String)] {
        let longestFirst = table.routes.sorted {
            ($1.destination.prefixLength, $0.destination.base) < ($0.destination.prefixLength, $1.destination.base)
        }
        return longestFirst.flatMap { hops.ends(of: $0, in: table) }
    }

    private static func destination(_ block: CIDRBlock) -> [NftStatement] {
        block == .everywhere ? [] : [.address(.destination, block)]
    }

    private var nowhere: NftChain {
        NftChain(
            "nowhere", base: .init(.filter, .forward, priority: -20),
            rules: [
                NftRule([.interface(.outputInterface, "lo"), .verdict(.goto("unroutable"))]),
                // Never forwarded, whatever the route to everywhere says.
                NftRule([.address(.destination, .linkLocal), .verdict(.goto("unroutable"))]),
            ])
    }

    private var unroutable: NftChain {
        // A route within the VPC that leads nowhere, as that through a middlebox that has gone: somebody may well have the
        // address.
        let inner = tables.flatMap { table in
            ends(of: table).filter { isInside($0.block) }.map { end in
                NftRule.drop([.mark(table.mark)] + Self.destination(end.block), owner: end.owner)
            }
        }
        return NftChain(
            "unroutable",
            rules: inner + [
                .drop([.inSet([.destination], blocks.name)], owner: "vpc: nobody has this address"),
                NftRule([.verdictMap([.mark], tableNames.name)]),
                .drop(owner: "vpc: no route"),
            ])
    }

    /// A part of the VPC, and not all of a block of it.
    private func isInside(_ block: CIDRBlock) -> Bool {
        vpc.cidrBlocks.contains { $0.contains(block.base) && $0.prefixLength < block.prefixLength }
    }

    // MARK: Entering a subnet

    private var aclIn: NftSet {
        NftSet(
            "acl_in", key: [.interface], data: .verdict,
            elements: ports.map {
                let chain =
                    balancers.receiver($0)
                    ?? (isChecked($0) ? Self.receiverChain($0) : lists.chainName(of: $0.subnet, .ingress))
                return .init([.interface($0.device.name)], .verdict(.goto(chain)))
            } + borders.receivers(lists))
    }

    private var aclIngress: NftChain {
        NftChain(
            "acl_ingress", base: .init(.filter, .forward, priority: -10),
            rules: [
                NftRule([.mark(Mark.local, not: true), .verdictMap([.outputInterface], aclIn.name)])
            ])
    }

    /// An interface that routes lead to although it checks: it takes nothing that is not for itself.
    private func isChecked(_ port: RouterPort) -> Bool {
        port.checksSource && vpc.routeTables.contains { $0.routes.contains { $0.target == .instance(port.name) } }
    }

    private static func receiverChain(_ port: RouterPort) -> String { "dest-\(port.name)" }

    private var receiverChains: [NftChain] {
        ports.filter(isChecked).map { port in
            NftChain(
                Self.receiverChain(port),
                rules: [
                    .drop([foreign(.destination, port)], owner: "eni \(port.name): source/dest check"),
                    NftRule([.verdict(.goto(lists.chainName(of: port.subnet, .ingress)))]),
                ])
        }
    }

    // MARK: The router itself

    private var resolvers: NftSet {
        NftSet(
            "resolvers", key: [.address],
            elements: VPCService.resolvers(of: vpc).map { .init([.address($0)]) })
    }

    /// An interface may ping its own subnet's .1 and no other.
    private var ownGateways: NftSet {
        NftSet(
            "own_gateway", key: [.interface, .address],
            elements: ports.map { .init([.interface($0.device.name), .address($0.subnet.gateway)]) })
    }

    private var input: NftChain {
        var rules: [NftRule] = []
        if let uplink {
            rules.append(
                .drop([.interface(.inputInterface, uplink.name)], owner: "vpc: not open to the Internet"))
        }
        rules += borders.inputRules
        rules += [
            NftRule([.interface(.inputInterface, "lo"), .verdict(.accept)]),
            NftRule([.inSet([.destination], resolvers.name), .destinationPort(.udp, 53...53), .verdict(.accept)]),
            NftRule([.inSet([.destination], resolvers.name), .destinationPort(.tcp, 53...53), .verdict(.accept)]),
            NftRule([
                .address(.destination, CIDRBlock(VPCService.metadata)), .destinationPort(.tcp, 80...80),
                .verdict(.accept),
            ]),
            NftRule([
                .inSet([.inputInterface, .destination], ownGateways.name), .icmp(type: 8, code: nil),
                .verdict(.accept),
            ]),
            .drop(owner: "vpc: not a service of the router"),
        ]
        return NftChain("input", base: .init(.filter, .input, priority: 0, policy: .drop), rules: rules)
    }
}
