import CloudModel
import IPAddressing
import SeededRandom

/// Labs that nobody would draw and AWS would accept: every kind of object, in numbers that a seed decides.
struct RandomLab {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func lab() -> Lab {
        var lab = Lab(name: "random", title: "A random lab")
        var publicAddresses = (1...250).map { IPv4Address(203, 0, 113, UInt8($0)) }.shuffled(using: &random)
        for number in 0..<pick(1...3) {
            lab.vpcs.append(vpc(number, &publicAddresses))
        }
        connect(&lab)
        for number in 0..<pick(1...6) {
            lab.internet.hosts.append(
                InternetHost(
                    name: name("host", number), address: IPv4Address(198, 51, 100, UInt8(10 + number)),
                    listeners: listeners()))
        }
        return lab
    }

    private mutating func vpc(_ number: Int, _ publicAddresses: inout [IPv4Address]) -> VPC {
        let base = IPv4Address(10, UInt8(number * 2), 0, 0)
        var vpc = VPC(name: name("vpc", number), cidrBlocks: [CIDRBlock(containing: base, prefixLength: 16)])
        if chance(3) { vpc.cidrBlocks.append(CIDRBlock(containing: base + 65_536, prefixLength: 16)) }
        if !chance(4) { vpc.internetGateway = InternetGateway(name: name("igw", number)) }
        for group in 0..<pick(1...4) { vpc.securityGroups.append(SecurityGroup(name: longName("group", group))) }
        vpc.zones = ["a", "b"]
        for list in 0..<pick(0...3) { vpc.networkACLs.append(networkACL(longName("list", list), isDefault: list == 1)) }
        let tables = (0..<pick(1...4)).map { longName("table", $0) }
        for subnet in 0..<pick(1...5) {
            vpc.subnets.append(
                Subnet(
                    name: longName("subnet", subnet),
                    cidrBlock: CIDRBlock(containing: base + 256 * subnet, prefixLength: pick(24...28)),
                    zone: choose(vpc.zones), routeTable: choose(tables),
                    networkACL: vpc.networkACLs.isEmpty || chance(3) ? nil : choose(vpc.networkACLs).name))
        }
        addNodes(number, to: &vpc, &publicAddresses)
        vpc.routeTables = tables.map { RouteTable(name: $0, routes: routes(of: vpc)) }
        for index in vpc.securityGroups.indices {
            vpc.securityGroups[index].ingress = rules(of: vpc)
            vpc.securityGroups[index].egress = rules(of: vpc)
        }
        return vpc
    }

    private mutating func addNodes(_ number: Int, to vpc: inout VPC, _ publicAddresses: inout [IPv4Address]) {
        var next: [String: Int] = [:]
        func free(_ subnet: Subnet) -> IPv4Address? {
            let offset = next[subnet.name, default: 4]
            next[subnet.name] = offset + 1
            return offset < subnet.cidrBlock.count - 1 ? subnet.cidrBlock.base + offset : nil
        }
        for index in 0..<pick(0...3) {
            let subnet = choose(vpc.subnets)
            guard let address = free(subnet) else { continue }
            vpc.natGateways.append(
                NATGateway(
                    name: name("nat", number * 10 + index), subnet: subnet.name, privateAddress: address,
                    elasticIP: vpc.internetGateway == nil ? nil : publicAddresses.popLast()))
        }
        addEndpoints(number, to: &vpc, free)
        for index in 0..<pick(0...10) {
            let subnet = choose(vpc.subnets)
            guard let address = free(subnet) else { continue }
            var others: [NetworkInterface] = []
            if chance(4), let second = free(subnet) {
                others = [
                    NetworkInterface(
                        subnet: subnet.name, privateAddress: second, securityGroups: [choose(vpc.securityGroups).name])
                ]
            }
            let secondary = chance(4) ? free(subnet).map { [SecondaryAddress(privateAddress: $0)] } ?? [] : []
            let groups = vpc.securityGroups.map(\.name).shuffled(using: &random).prefix(pick(1...4))
            vpc.instances.append(
                Instance(
                    name: others.isEmpty ? name("i", number * 100 + index) : "m\(number * 100 + index)",
                    interface: NetworkInterface(
                        subnet: subnet.name, privateAddress: address,
                        publicAddress: chance(3) && vpc.internetGateway != nil ? publicAddresses.popLast() : nil,
                        secondaryAddresses: secondary, securityGroups: Array(groups),
                        sourceDestinationCheck: !chance(4)),
                    secondaryInterfaces: others, listeners: listeners()))
        }
    }

    private mutating func addEndpoints(_ number: Int, to vpc: inout VPC, _ free: (Subnet) -> IPv4Address?) {
        if chance(3) {
            vpc.endpoints.append(
                VPCEndpoint(name: name("gwe", number), service: "s3", kind: .gateway(prefixList: Self.list.name)))
        }
        guard chance(3) else { return }
        let subnet = choose(vpc.subnets)
        guard let address = free(subnet) else { return }
        let interface = NetworkInterface(
            name: "sqs\(number)-\(subnet.zone)", subnet: subnet.name, privateAddress: address,
            securityGroups: [choose(vpc.securityGroups).name])
        vpc.endpoints.append(VPCEndpoint(name: "sqs\(number)", service: "sqs", kind: .interface([interface])))
    }

    private static let list = PrefixList(
        name: "pl-s3",
        blocks: [
            CIDRBlock(containing: IPv4Address(198, 51, 100, 96), prefixLength: 27),
            CIDRBlock(containing: IPv4Address(198, 51, 101, 0), prefixLength: 24),
        ])

    private mutating func networkACL(_ name: String, isDefault: Bool) -> NetworkACL {
        func rules() -> [NetworkACLRule] {
            let numbers = Array(1...32_766).shuffled(using: &random).prefix(pick(0...5))
            return numbers.map { number in
                let block = CIDRBlock(containing: IPv4Address(10, 0, 128, 0), prefixLength: choose([0, 9, 16, 20, 32]))
                let traffic: [Traffic] = [.all, .tcp(80...443), .udp(53...53), .icmp(type: 8, code: nil)]
                return NetworkACLRule(
                    number: number, action: chance(2) ? .allow : .deny, traffic: choose(traffic), block: block)
            }
        }
        return NetworkACL(name: name, isDefault: isDefault, ingress: rules(), egress: rules())
    }

    /// Peerings in a row, a transit gateway or two, and routes to all of it.
    private mutating func connect(_ lab: inout Lab) {
        lab.prefixLists = [Self.list]
        for index in lab.vpcs.indices.dropFirst() where chance(2) {
            lab.peerings.append(
                VPCPeering(
                    name: name("pcx", index), requester: lab.vpcs[index - 1].name, accepter: lab.vpcs[index].name))
        }
        for number in 0..<pick(0...2) { lab.transitGateways.append(transitGateway(number, lab)) }
        if lab.transitGateways.count == 2 {
            for (index, other) in [(0, 1), (1, 0)] {
                lab.transitGateways[index].attachments.append(
                    TransitGatewayAttachment(
                        name: "peer", resource: .peering(lab.transitGateways[other].name), routeTable: "main"))
            }
        }
        for index in lab.vpcs.indices {
            var targets = lab.peerings(of: lab.vpcs[index]).map { RouteTarget.peering($0.peering.name) }
            targets += lab.attachments(of: lab.vpcs[index]).map { .transitGateway($0.gateway.name) }
            let endpoint = lab.vpcs[index].endpoints.first { $0.interfaces.isEmpty }
            for table in lab.vpcs[index].routeTables.indices {
                if !targets.isEmpty, chance(2) {
                    let block = CIDRBlock(containing: IPv4Address(172, 16, 0, 0), prefixLength: 12)
                    lab.vpcs[index].routeTables[table].routes.append(
                        Route(destination: block, target: choose(targets)))
                }
                guard let endpoint, chance(2) else { continue }
                lab.vpcs[index].routeTables[table].routes += Self.list.blocks.map {
                    Route(destination: $0, target: .gatewayEndpoint(endpoint.name), prefixList: Self.list.name)
                }
            }
        }
    }

    private mutating func transitGateway(_ number: Int, _ lab: Lab) -> TransitGateway {
        var gateway = TransitGateway(name: "tgw\(number)")
        for (index, vpc) in lab.vpcs.enumerated() where !chance(4) {
            var zones: Set<String> = []
            let subnets = vpc.subnets.shuffled(using: &random).prefix(pick(1...3)).filter {
                zones.insert($0.zone).inserted
            }
            gateway.attachments.append(
                TransitGatewayAttachment(
                    name: "att\(index)", resource: .vpc(vpc.name, subnets: subnets.map(\.name)),
                    routeTable: chance(5) ? nil : choose(["main", "other"])))
        }
        let all = gateway.attachments.map(\.name)
        gateway.routeTables = ["main", "other"].map { name in
            TransitGatewayRouteTable(
                name: name,
                routes: [
                    TransitGatewayRoute(
                        destination: .everywhere, attachment: all.isEmpty || chance(2) ? nil : choose(all))
                ],
                propagations: all.filter { _ in chance(2) })
        }
        return gateway
    }

    private mutating func routes(of vpc: VPC) -> [Route] {
        var targets: [RouteTarget] = [.blackhole]
        if let gateway = vpc.internetGateway { targets.append(.internetGateway(gateway.name)) }
        targets += vpc.natGateways.map { .natGateway($0.name) } + vpc.instances.map { .instance($0.name) }
        let destinations = [
            CIDRBlock.everywhere, CIDRBlock(containing: IPv4Address(198, 51, 100, 0), prefixLength: 24),
            CIDRBlock(containing: IPv4Address(192, 168, 0, 0), prefixLength: 16),
        ]
        return destinations.shuffled(using: &random).prefix(pick(0...3)).map {
            Route(destination: $0, target: choose(targets))
        }
    }

    private mutating func rules(of vpc: VPC) -> [SecurityGroupRule] {
        (0..<pick(0...6)).map { _ in
            let peer: SecurityGroupRule.Peer =
                chance(3)
                ? .securityGroup(choose(vpc.securityGroups).name)
                : .cidr(CIDRBlock(containing: IPv4Address(10, 0, 128, 0), prefixLength: choose([0, 9, 16, 20, 32])))
            let low = UInt16(pick(0...65_535))
            let ports = chance(5) ? 0...65_535 : low...UInt16(pick(Int(low)...65_535))
            let traffic: [Traffic] = [
                .all, .tcp(ports), .udp(ports), .icmp(type: nil, code: nil), .icmp(type: 8, code: nil),
                .icmp(type: 3, code: 4), .protocolNumber(50),
            ]
            return SecurityGroupRule(traffic: choose(traffic), peer: peer)
        }
    }

    private mutating func listeners() -> [Listener] {
        chance(2) ? [Listener(kind: .http, port: 80)] : []
    }

    // MARK: Dice

    private mutating func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    private mutating func chance(_ one: Int) -> Bool { pick(1...one) == 1 }
    private mutating func choose<Item>(_ items: [Item]) -> Item { items[pick(0...items.count - 1)] }

    /// Now and then as long as an interface may be called.
    private mutating func name(_ stem: String, _ number: Int) -> String { padded("\(stem)\(number)", to: 15) }

    /// Now and then as long as a subnet or a group may be called.
    private mutating func longName(_ stem: String, _ number: Int) -> String { padded("\(stem)\(number)", to: 63) }

    private mutating func padded(_ name: String, to length: Int) -> String {
        chance(3) ? name + "-" + String(repeating: "x", count: length - name.count - 1) : name
    }
}
