import CloudModel
import IPAddressing

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
        let tables = (0..<pick(1...4)).map { longName("table", $0) }
        for subnet in 0..<pick(1...5) {
            vpc.subnets.append(
                Subnet(
                    name: longName("subnet", subnet),
                    cidrBlock: CIDRBlock(containing: base + 256 * subnet, prefixLength: pick(24...28)),
                    routeTable: choose(tables)))
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
        for index in 0..<pick(0...10) {
            let subnet = choose(vpc.subnets)
            guard let address = free(subnet) else { continue }
            let groups = vpc.securityGroups.map(\.name).shuffled(using: &random).prefix(pick(1...4))
            vpc.instances.append(
                Instance(
                    name: name("i", number * 100 + index),
                    interface: NetworkInterface(
                        subnet: subnet.name, privateAddress: address,
                        publicAddress: chance(3) && vpc.internetGateway != nil ? publicAddresses.popLast() : nil,
                        securityGroups: Array(groups), sourceDestinationCheck: !chance(4)),
                    listeners: listeners()))
        }
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
