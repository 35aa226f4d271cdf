import CloudModel
import IPAddressing
import SeededRandom

/// The cloud of `Cloud` with more hosts, and with routes, groups and lists that a seed decides.
struct CloudMixer {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func lab() -> Lab {
        var lab = Cloud.lab
        mix(&lab.vpcs[0])
        if chance(4) { lab.peerings = [] }
        if chance(4) { lab.transitGateways[0].routeTables[0].propagations.removeLast() }
        if chance(4) { lab.transitGateways[0].attachments[0].routeTable = nil }
        return lab
    }

    private mutating func mix(_ vpc: inout VPC) {
        for number in 0..<pick(0...6) {
            let subnet = choose(vpc.subnets)
            let groups = vpc.securityGroups.map(\.name).shuffled(using: &random).prefix(pick(0...2))
            vpc.instances.append(
                Instance(
                    name: "more\(number)",
                    interface: NetworkInterface(
                        subnet: subnet.name, privateAddress: subnet.cidrBlock.base + (100 + number),
                        publicAddress: chance(4) ? ip("203.0.113.\(60 + number)") : nil, securityGroups: Array(groups),
                        sourceDestinationCheck: !chance(4))))
        }
        for group in vpc.securityGroups.indices where chance(2) {
            vpc.securityGroups[group].ingress = (0..<pick(0...4)).map { _ in rule(vpc) }
            if chance(2) { vpc.securityGroups[group].egress = (0..<pick(0...4)).map { _ in rule(vpc) } }
        }
        let targets: [RouteTarget] = [
            .blackhole, .internetGateway("igw"), .natGateway("nat"), .instance("bare"), .transitGateway("tgw"),
            .peering("pcx"), .virtualPrivateGateway("vgw"),
        ]
        let blocks = ["0.0.0.0/0", "198.51.100.0/24", "198.51.100.40/32", "10.0.3.0/24", "203.0.113.0/24"].map(block)
        for table in vpc.routeTables.indices {
            for destination in blocks where chance(5) {
                vpc.routeTables[table].routes.removeAll { $0.destination == destination }
                vpc.routeTables[table].routes.append(Route(destination: destination, target: choose(targets)))
            }
        }
        for subnet in vpc.subnets.indices where chance(4) {
            let name = "acl-\(subnet)"
            vpc.networkACLs.append(
                NetworkACL(
                    name: name, ingress: (1...pick(1...4)).map { aclRule($0 * 100) },
                    egress: (1...pick(1...4)).map { aclRule($0 * 100) }))
            vpc.subnets[subnet].networkACL = name
        }
        if chance(3) { vpc.loadBalancers[0].isCrossZone = true }
        if chance(3) { vpc.targetGroups[0].preservesClientIP = false }
    }

    private mutating func rule(_ vpc: VPC) -> SecurityGroupRule {
        let peers: [SecurityGroupRule.Peer] = [
            .cidr(.everywhere), .cidr(block("10.0.0.0/16")), .cidr(block("10.0.1.0/24")), .cidr(block("10.0.1.100/32")),
            .securityGroup(choose(vpc.securityGroups).name), .securityGroup("open-peer"),
            .cidr(block("198.51.100.0/24")),
        ]
        let traffic: [Traffic] = [
            .all, .tcp(80...80), .tcp(1...1024), .udp(53...53), .icmp(type: 8, code: nil), .icmp(type: nil, code: nil),
        ]
        return SecurityGroupRule(traffic: choose(traffic), peer: choose(peers))
    }

    private mutating func aclRule(_ number: Int) -> NetworkACLRule {
        let traffic: [Traffic] = [
            .all, .all, .tcp(80...443), .tcp(1024...65_535), .udp(0...65_535), .icmp(type: nil, code: nil),
        ]
        return NetworkACLRule(
            number: number, action: chance(4) ? .deny : .allow, traffic: choose(traffic),
            block: choose([.everywhere, block("10.0.0.0/8"), block("10.0.1.0/25")]))
    }

    private mutating func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    private mutating func chance(_ one: Int) -> Bool { pick(1...one) == 1 }
    private mutating func choose<Item>(_ items: [Item]) -> Item { items[pick(0...items.count - 1)] }
}
