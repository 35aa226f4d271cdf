import CloudModel
import IPAddressing
import KernelObjects

/// The nftables rules of a VPC router.
///
/// Every dispatch is one lookup by interface, so a packet's cost does not grow with the number of interfaces, subnets
/// or groups.
struct RouterRuleset {
    let vpc: VPC
    let ports: [RouterNode.Port]
    let uplink: Device?
    /// The number of each route table, in the order of the file.
    let positions: [Int]

    private typealias Mark = RouterNode.Mark

    var table: NftTable {
        let groups = SecurityGroupRules(vpc: vpc, ports: ports)
        return NftTable(
            sets: [.ttlPlusOne, sources, natGateways, services, resolvers, ownGateways, aclIn, tables, blocks]
                + groups.sets,
            chains: portChains + subnetChains + aclChains + routeTableChains + groups.chains
                + [prerouting, nowhere, aclIngress] + groups.gates + [input])
    }

    // MARK: Leaving an interface

    private var prerouting: NftChain {
        var rules = [
            NftRule([.translateTTL(map: NftSet.ttlPlusOne.name)]),
            NftRule([.verdictMap([.inputInterface], sources.name)]),
        ]
        if let uplink {
            rules += [
                NftRule([
                    .interface(.inputInterface, uplink.name), .inSet([.destination], natGateways.name), .notrack,
                ]),
                NftRule([.interface(.inputInterface, uplink.name), .setMark(Mark.edge), .verdict(.accept)]),
            ]
        }
        return NftChain(
            "prerouting", base: .init(.filter, .prerouting, priority: -300),
            rules: rules)
    }

    private var sources: NftSet {
        NftSet(
            "sources", key: [.interface], data: .verdict,
            elements: ports.map { .init([.interface($0.device.name)], .verdict(.goto("eni-\($0.name)"))) })
    }

    /// Interfaces without security groups: nobody asks the router to remember what passes between them and the
    /// Internet gateway, and a scan of an Elastic IP would fill its memory with 65,535 flows.
    private var natGateways: NftSet {
        NftSet(
            "nat_gateways", key: [.address],
            elements: ports.filter { !$0.hasSecurityGroups }.map { .init([.address($0.address)]) })
    }

    private var portChains: [NftChain] {
        ports.map { port in
            var rules: [NftRule] = []
            if !port.hasSecurityGroups {
                // Only what leaves the VPC. The gateway's own errors to an instance (time exceeded, fragmentation
                // needed) must be known to belong to a flow, or the instance's security group drops them.
                rules.append(
                    NftRule([
                        .address(.source, CIDRBlock(port.address)), .inSet([.destination], blocks.name, not: true),
                        .notrack,
                    ]))
            }
            if port.checksSource {
                rules.append(
                    .drop(
                        [.address(.source, CIDRBlock(port.address), not: true)],
                        owner: "eni \(port.name): source/dest check"))
            }
            rules.append(NftRule([.verdict(.goto("subnet-\(port.subnet.name)"))]))
            return NftChain("eni-\(port.name)", rules: rules)
        }
    }

    private var subnetChains: [NftChain] {
        vpc.subnets.map { subnet in
            let position = zip(positions, vpc.routeTables).first { $0.1.name == subnet.routeTable }?.0
            return NftChain(
                "subnet-\(subnet.name)",
                rules: [
                    NftRule([.inSet([.destination], services.name), .verdict(.accept)]),
                    NftRule([
                        .address(.destination, subnet.cidrBlock), .setMark(Mark.local), .verdict(.accept),
                    ]),
                    NftRule([.verdict(.jump("acl-default-out"))]),
                    NftRule([.setMark(position.map(Mark.table) ?? Mark.edge), .verdict(.accept)]),
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

    private var tables: NftSet {
        NftSet(
            "route_tables", key: [.mark], data: .verdict,
            elements: zip(positions, vpc.routeTables).map {
                .init([.mark(Mark.table($0))], .verdict(.goto($1.chain)))
            })
    }

    private var routeTableChains: [NftChain] {
        vpc.routeTables.map { table in
            NftChain(table.chain, rules: [.drop(owner: "\(table.owner): no route")])
        }
    }

    private var nowhere: NftChain {
        NftChain(
            "nowhere", base: .init(.filter, .forward, priority: -20),
            rules: [
                NftRule([.interface(.outputInterface, "lo"), .verdict(.goto("unroutable"))])
            ])
    }

    // MARK: Network ACLs

    /// The default ACL lets everything pass; stateless, so it is asked before connection tracking and for every packet.
    private var aclChains: [NftChain] {
        let everything = ["in", "out"].map {
            NftChain(
                "acl-default-\($0)",
                rules: [
                    NftRule([.verdict(.return)], owner: "acl default \($0) #100 allow"),
                    .drop(owner: "acl default \($0) * deny"),
                ])
        }
        let unroutable = NftChain(
            "unroutable",
            rules: [
                .drop([.inSet([.destination], blocks.name)], owner: "vpc: nobody has this address"),
                NftRule([.verdictMap([.mark], tables.name)]),
                .drop(owner: "vpc: no route"),
            ])
        return everything + [unroutable]
    }

    private var aclIn: NftSet {
        NftSet(
            "acl_in", key: [.interface], data: .verdict,
            elements: ports.map { .init([.interface($0.device.name)], .verdict(.goto("acl-default-in"))) })
    }

    private var aclIngress: NftChain {
        NftChain(
            "acl_ingress", base: .init(.filter, .forward, priority: -10),
            rules: [
                NftRule([.mark(Mark.local, not: true), .verdictMap([.outputInterface], aclIn.name)])
            ])
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

extension RouteTable {
    var chain: String { "table-\(name)" }

    /// What reports call it: `rtb private-a`, whether the user's name begins with `rtb-` or not.
    var owner: String { "rtb \(name.hasPrefix("rtb-") ? String(name.dropFirst(4)) : name)" }
}
