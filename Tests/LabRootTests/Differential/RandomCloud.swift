import CloudModel
import IPAddressing
import SeededRandom

/// Small VPCs that nobody would draw and AWS would accept, from a seed: what is in them is what netlab can build.
struct RandomCloud {
    /// What a cloud may hold besides subnets, tables, groups, NAT gateways and public addresses. Off: the plan does not
    /// build it yet.
    struct Features: OptionSet {
        let rawValue: Int
        static let networkACLs = Features(rawValue: 1)
        static let peering = Features(rawValue: 2)
        static let transitGateways = Features(rawValue: 4)
        static let endpoints = Features(rawValue: 8)
        static let containers = Features(rawValue: 16)
    }

    private var random: SeededGenerator
    private let features: Features
    private static let ports: [UInt16] = [22, 80, 443]

    init(seed: UInt64, features: Features) {
        random = SeededGenerator(seed: seed)
        self.features = features
    }

    mutating func lab() -> Lab {
        var lab = Lab(name: "random")
        var publicAddresses = (10...40).map { IPv4Address(203, 0, 113, UInt8($0)) }.shuffled(using: &random)
        let isPair = !features.isDisjoint(with: [.peering, .transitGateways]) && chance(3)
        for number in 0..<(isPair ? 2 : 1) { lab.vpcs.append(vpc(UInt8(number), &publicAddresses)) }
        lab.internet.hosts = (0..<pick(1...2)).map {
            InternetHost(name: "host\($0)", address: IPv4Address(198, 51, 100, UInt8(40 + $0)))
        }
        if isPair {
            if features.contains(.transitGateways) && chance(2) { connect(&lab) } else { peer(&lab) }
        }
        if features.contains(.endpoints) && chance(4) { addEndpoint(to: &lab) }
        return lab
    }

    private mutating func peer(_ lab: inout Lab) {
        lab.peerings = [VPCPeering(name: "pcx", requester: "vpc0", accepter: "vpc1")]
        for (own, other) in [(0, 1), (1, 0)] {
            for table in lab.vpcs[own].routeTables.indices where !chance(4) {
                lab.vpcs[own].routeTables[table].routes.append(
                    Route(destination: lab.vpcs[other].cidrBlocks[0], target: .peering("pcx")))
            }
        }
    }

    /// By a transit gateway, with attachment subnets in some of the zones.
    private mutating func connect(_ lab: inout Lab) {
        var gateway = TransitGateway(name: "tgw")
        for number in 0...1 {
            let vpc = lab.vpcs[number]
            let zones = Dictionary(grouping: vpc.subnets, by: \.zone).sorted { $0.key < $1.key }
            var doors = zones.map { choose($0.value).name }
            if doors.count > 1 && chance(2) { doors.removeLast() }
            gateway.attachments.append(
                TransitGatewayAttachment(
                    name: "at\(number)", resource: .vpc(vpc.name, subnets: doors), routeTable: chance(8) ? nil : "rt"))
            for table in vpc.routeTables.indices where !chance(4) {
                let destination = chance(4) ? CIDRBlock.everywhere : lab.vpcs[1 - number].cidrBlocks[0]
                lab.vpcs[number].routeTables[table].routes.removeAll { $0.destination == destination }
                lab.vpcs[number].routeTables[table].routes.append(
                    Route(destination: destination, target: .transitGateway("tgw")))
            }
        }
        var table = TransitGatewayRouteTable(name: "rt", propagations: chance(6) ? ["at0"] : ["at0", "at1"])
        if chance(3) { table.routes.append(TransitGatewayRoute(destination: .everywhere, attachment: "at0")) }
        if chance(6) {
            table.routes.append(TransitGatewayRoute(destination: lab.vpcs[1].cidrBlocks[0], attachment: nil))
        }
        gateway.routeTables = [table]
        lab.transitGateways = [gateway]
    }

    /// A gateway endpoint; the same address is also a host on the Internet.
    private mutating func addEndpoint(to lab: inout Lab) {
        let block = CIDRBlock(containing: IPv4Address(52, 216, 0, 0), prefixLength: 24)
        lab.prefixLists = [PrefixList(name: "pl", service: "s3", blocks: [block])]
        lab.internet.hosts.append(InternetHost(name: "s3host", address: IPv4Address(52, 216, 0, 9)))
        lab.vpcs[0].endpoints = [VPCEndpoint(name: "s3", service: "s3", kind: .gateway(prefixList: "pl"))]
        for table in lab.vpcs[0].routeTables.indices where chance(2) {
            lab.vpcs[0].routeTables[table].routes.append(
                Route(destination: block, target: .gatewayEndpoint("s3"), prefixList: "pl"))
        }
    }

    private mutating func vpc(_ number: UInt8, _ publicAddresses: inout [IPv4Address]) -> VPC {
        let base = IPv4Address(10, number, 0, 0)
        var vpc = VPC(
            name: "vpc\(number)", cidrBlocks: [CIDRBlock(containing: base, prefixLength: 16)], zones: ["a", "b"])
        if !chance(6) { vpc.internetGateway = InternetGateway(name: "igw\(number)") }
        let tables = (0..<pick(1...3)).map { "rtb\(number)-\($0)" }
        for index in 0..<pick(1...3) {
            vpc.subnets.append(
                Subnet(
                    name: "subnet\(number)-\(index)",
                    cidrBlock: CIDRBlock(containing: base + 256 * index, prefixLength: choose([24, 26, 28])),
                    zone: choose(["a", "b"]), routeTable: choose(tables)))
        }
        vpc.securityGroups = (0..<pick(1...3)).map { SecurityGroup(name: "sg\(number)-\($0)") }
        addNodes(number, to: &vpc, &publicAddresses)
        if features.contains(.containers) { addContainers(number, to: &vpc) }
        vpc.routeTables = tables.map { RouteTable(name: $0, routes: routes(of: vpc)) }
        if features.contains(.networkACLs) { addACLs(number, to: &vpc) }
        let addresses = vpc.instances.flatMap { [$0.interface.privateAddress, $0.interface.publicAddress] }
            .compactMap { $0 }
        for index in vpc.securityGroups.indices {
            vpc.securityGroups[index].ingress = (0..<pick(0...4)).map { _ in rule(vpc, addresses) }
            if chance(3) { vpc.securityGroups[index].egress = (0..<pick(0...3)).map { _ in rule(vpc, addresses) } }
        }
        return vpc
    }

    private mutating func addNodes(_ number: UInt8, to vpc: inout VPC, _ publicAddresses: inout [IPv4Address]) {
        var next = 4
        for index in 0..<pick(0...2) {
            let subnet = choose(vpc.subnets)
            vpc.natGateways.append(
                NATGateway(
                    name: "nat\(number)-\(index)", subnet: subnet.name, privateAddress: subnet.cidrBlock.base + next,
                    elasticIP: vpc.internetGateway == nil || chance(6) ? nil : publicAddresses.popLast()))
            next += 1
        }
        for index in 0..<pick(2...4) {
            let subnet = choose(vpc.subnets)
            let groups = vpc.securityGroups.map(\.name).shuffled(using: &random).prefix(pick(1...2))
            vpc.instances.append(
                Instance(
                    name: "i\(number)-\(index)",
                    interface: NetworkInterface(
                        subnet: subnet.name, privateAddress: subnet.cidrBlock.base + next,
                        publicAddress: vpc.internetGateway != nil && chance(2) ? publicAddresses.popLast() : nil,
                        securityGroups: Array(groups), sourceDestinationCheck: !chance(6))))
            next += 1
        }
    }

    private mutating func addContainers(_ number: UInt8, to vpc: inout VPC) {
        for index in vpc.instances.indices where chance(2) {
            var ports = Self.ports.shuffled(using: &random)
            vpc.instances[index].containers = (0..<pick(1...2)).map { place in
                var published: [PublishedPort] = []
                if chance(2), let port = ports.popLast() {
                    published.append(PublishedPort(hostPort: port, containerPort: choose(Self.ports)))
                }
                if place == 0, chance(2) { published.append(PublishedPort(.udp, hostPort: 7, containerPort: 7)) }
                return Container(
                    name: "c\(number)-\(index)-\(place)", network: chance(5) ? .none : .bridge,
                    publishedPorts: published)
            }
            for place in vpc.instances[index].containers.indices
            where vpc.instances[index].containers[place].network == .none {
                vpc.instances[index].containers[place].publishedPorts = []
            }
        }
    }

    private mutating func routes(of vpc: VPC) -> [Route] {
        var targets: [RouteTarget] = [.blackhole]
        if let gateway = vpc.internetGateway {
            targets += [RouteTarget](repeating: .internetGateway(gateway.name), count: 3)
        }
        targets += vpc.natGateways.flatMap { [.natGateway($0.name), .natGateway($0.name)] }
        var routes: [Route] = []
        if !chance(5) { routes.append(Route(destination: .everywhere, target: choose(targets))) }
        let more = [
            CIDRBlock(containing: IPv4Address(198, 51, 100, 0), prefixLength: 24),
            CIDRBlock(IPv4Address(198, 51, 100, 40)),
            CIDRBlock(containing: IPv4Address(203, 0, 113, 0), prefixLength: 24),
            CIDRBlock(containing: IPv4Address(192, 168, 0, 0), prefixLength: 16),
        ]
        for destination in more where chance(4) {
            routes.append(Route(destination: destination, target: choose(targets)))
        }
        return routes
    }

    private mutating func addACLs(_ number: UInt8, to vpc: inout VPC) {
        for index in vpc.subnets.indices where chance(2) {
            var acl = NetworkACL(name: "acl\(number)-\(index)")
            acl.ingress = (1...pick(1...4)).map { aclRule(100 * $0) }
            acl.egress = (1...pick(1...4)).map { aclRule(100 * $0) }
            vpc.networkACLs.append(acl)
            vpc.subnets[index].networkACL = acl.name
        }
    }

    /// Ranges of ports begin and end where a translator's free choice does: a rule that decides about some of its ports
    /// only would make packets say now this, now that.
    private mutating func aclRule(_ number: Int) -> NetworkACLRule {
        let ranges: [ClosedRange<UInt16>] = [22...22, 80...443, 1024...65_535, 0...65_535]
        let traffic: [Traffic] = [
            .all, .all, .tcp(choose(ranges)), .udp(choose(ranges)), .icmp(type: nil, code: nil),
            .icmp(type: choose([0, 8]), code: nil),
        ]
        return NetworkACLRule(
            number: number, action: chance(4) ? .deny : .allow, traffic: choose(traffic),
            block: choose([.everywhere, .everywhere, CIDRBlock(containing: IPv4Address(10, 0, 0, 0), prefixLength: 23)])
        )
    }

    private mutating func rule(_ vpc: VPC, _ addresses: [IPv4Address]) -> SecurityGroupRule {
        let peers: [SecurityGroupRule.Peer] = [
            .cidr(.everywhere), .cidr(.everywhere), .cidr(vpc.cidrBlocks[0]), .cidr(choose(vpc.subnets).cidrBlock),
            .cidr(CIDRBlock(choose(addresses))), .securityGroup(choose(vpc.securityGroups).name),
            .cidr(CIDRBlock(containing: IPv4Address(203, 0, 113, 16), prefixLength: 28)),
        ]
        let port = choose(Self.ports)
        let traffic: [Traffic] = [
            .all, .tcp(port...port), .tcp(port...443), .udp(0...65_535), .udp(7...7), .icmp(type: nil, code: nil),
            .icmp(type: 8, code: 0), .protocolNumber(6),
        ]
        return SecurityGroupRule(traffic: choose(traffic), peer: choose(peers))
    }

    // MARK: Dice

    private mutating func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    private mutating func chance(_ one: Int) -> Bool { pick(1...one) == 1 }
    private mutating func choose<Item>(_ items: [Item]) -> Item { items[pick(0...items.count - 1)] }
}
