import CloudModel
import IPAddressing

extension RandomCloud {
    mutating func addACLs(_ number: UInt8, to vpc: inout VPC) {
        for index in vpc.subnets.indices where chance(3) {
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

    mutating func rule(_ vpc: VPC, _ addresses: [IPv4Address]) -> SecurityGroupRule {
        let peers: [SecurityGroupRule.Peer] = [
            .cidr(.everywhere), .cidr(.everywhere), .cidr(vpc.cidrBlocks[0]), .cidr(choose(vpc.subnets).cidrBlock),
            .cidr(CIDRBlock(choose(addresses))), .securityGroup(choose(vpc.securityGroups).name),
            .cidr(CIDRBlock(containing: IPv4Address(203, 0, 113, 16), prefixLength: 28)),
        ]
        return SecurityGroupRule(traffic: traffic(), peer: choose(peers))
    }

    /// The first group lets everyone in; the others name groups, and little else.
    mutating func addReferences(to vpc: inout VPC) {
        let names = vpc.securityGroups.map(\.name)
        for index in vpc.securityGroups.indices {
            let peers = names.filter { _ in chance(2) }.map { SecurityGroupRule.Peer.securityGroup($0) }
            vpc.securityGroups[index].ingress =
                index == 0
                ? [SecurityGroupRule(traffic: .all, peer: .cidr(.everywhere))]
                : peers.map { SecurityGroupRule(traffic: chance(3) ? traffic() : .all, peer: $0) }
        }
    }

    mutating func traffic() -> Traffic {
        let port = choose(Self.ports)
        return choose([
            .all, .tcp(port...port), .tcp(port...443), .udp(0...65_535), .udp(7...7), .icmp(type: nil, code: nil),
            .icmp(type: 8, code: 0), .protocolNumber(6),
        ])
    }
}
