import CloudModel
import IPAddressing

extension CloudBuilder {
    /// What lies outside: AWS's own public ranges, and every public address of the folder that is in none of them.
    func internet(of vpcs: [VPC]) -> Internet {
        let blocks = vpcs.flatMap(\.cidrBlocks)
        let held = vpcs.flatMap { vpc in
            vpc.natGateways.compactMap(\.elasticIP) + vpc.instances.flatMap { Self.publicAddresses($0) }
                + vpc.loadBalancers.flatMap(\.nodes).compactMap(\.interface.publicAddress)
        }
        var pools = AmazonRanges.blocks.filter { range in !blocks.contains { $0.overlaps(range) } }
        let others = Set(held.filter { address in !pools.contains { $0.contains(address) } })
        // What the folder itself shows as nobody's is somebody's account, wherever it lies: it is not the Internet.
        let idle = describedAddresses.subtracting(held)
        pools += others.union(idle).sorted().map { CIDRBlock($0) }
            .filter { range in !blocks.contains { $0.overlaps(range) } }
        return Internet(publicPool: Self.pool(beside: blocks), furtherPools: pools)
    }

    /// Public addresses of whatever the folder describes, alive or not.
    private var describedAddresses: Set<IPv4Address> {
        let interfaces =
            inventory[.networkInterfaces] + inventory[.instances].flatMap { $0.records("NetworkInterfaces") }
        let associations = (interfaces + interfaces.flatMap { $0.records("PrivateIpAddresses") })
            .compactMap { $0.record("Association") }
        let holders =
            associations + inventory[.addresses] + inventory[.natGateways].flatMap { $0.records("NatGatewayAddresses") }
        let texts =
            holders.compactMap { $0.text("PublicIp") } + inventory[.instances].compactMap { $0.text("PublicIpAddress") }
        return Set(texts.compactMap(IPv4Address.init)).filter {
            !$0.isPrivateOrShared && CIDRBlock($0).specialUse == nil
        }
    }

    /// What the lab gives addresses from by itself: a VPC may have any block, those kept for examples, too.
    private static func pool(beside blocks: [CIDRBlock]) -> CIDRBlock {
        let others = [IPv4Address(192, 0, 2, 0), IPv4Address(198, 18, 0, 0)].map {
            CIDRBlock(containing: $0, prefixLength: 24)
        }
        return ([.documentationPool] + others).first { pool in !blocks.contains { $0.overlaps(pool) } }
            ?? .documentationPool
    }

    /// Where no Internet gateway is attached, or none is described, nobody translates public addresses.
    func dropPublicAddresses(of vpc: inout VPC) {
        guard vpc.internetGateway == nil else { return }
        var dropped: [(String, IPv4Address)] = []
        func drop(_ address: inout IPv4Address?, of owner: String) {
            if let own = address { dropped.append((owner, own)) }
            address = nil
        }
        for index in vpc.natGateways.indices {
            drop(&vpc.natGateways[index].elasticIP, of: vpc.natGateways[index].name)
        }
        func drop(_ interface: inout NetworkInterface, of owner: String) {
            drop(&interface.publicAddress, of: owner)
            for index in interface.secondaryAddresses.indices {
                drop(&interface.secondaryAddresses[index].publicAddress, of: owner)
            }
        }
        for index in vpc.instances.indices {
            let name = vpc.instances[index].name
            drop(&vpc.instances[index].interface, of: name)
            for second in vpc.instances[index].secondaryInterfaces.indices {
                drop(&vpc.instances[index].secondaryInterfaces[second], of: name)
            }
        }
        for balancer in vpc.loadBalancers.indices {
            if vpc.loadBalancers[balancer].scheme == .internetFacing {
                vpc.loadBalancers[balancer].scheme = .internal
                ledger.add(
                    .warning, vpc.loadBalancers[balancer].origin,
                    "`\(vpc.loadBalancers[balancer].name)` faces the Internet, and `\(vpc.name)` has no Internet gateway",
                    hint: inventory.describes(.internetGateways)
                        ? "nobody reaches it from there, in AWS as in the lab: it is internal here"
                        : "it is internal in the lab; add what `aws ec2 describe-internet-gateways` prints")
            }
            for node in vpc.loadBalancers[balancer].nodes.indices {
                drop(&vpc.loadBalancers[balancer].nodes[node].interface, of: vpc.loadBalancers[balancer].name)
            }
        }
        for (owner, address) in dropped {
            ledger.add(
                .warning, vpc.origin,
                "`\(owner)` has the public address \(address), and `\(vpc.name)` no Internet gateway",
                hint: inventory.describes(.internetGateways)
                    ? "nobody translates it, in AWS as in the lab"
                    : "the address is not in the lab; add what `aws ec2 describe-internet-gateways` prints")
        }
    }

    private static func publicAddresses(_ instance: Instance) -> [IPv4Address] {
        ([instance.interface] + instance.secondaryInterfaces).flatMap { interface in
            (interface.publicAddress.map { [$0] } ?? []) + interface.secondaryAddresses.compactMap(\.publicAddress)
        }
    }
}

/// The widest blocks of the public registries that are Amazon's, from which EC2 gives out addresses. Coarse and not
/// complete: it only tells whether an address that nobody in the folder holds would be looked for in AWS at all.
enum AmazonRanges {
    static let blocks = [
        "3.0.0.0/8", "13.48.0.0/13", "13.56.0.0/14", "15.152.0.0/13", "15.160.0.0/15", "15.188.0.0/15",
        "15.206.0.0/15", "15.222.0.0/15", "15.228.0.0/15", "15.236.0.0/15", "16.16.0.0/14", "16.162.0.0/15",
        "16.170.0.0/15", "18.130.0.0/15", "18.132.0.0/14", "18.136.0.0/13", "18.144.0.0/12", "18.160.0.0/11",
        "18.192.0.0/10", "23.20.0.0/14", "34.192.0.0/10", "35.152.0.0/13", "35.160.0.0/12", "35.176.0.0/13",
        "43.192.0.0/14", "43.198.0.0/15", "43.200.0.0/13", "44.192.0.0/10", "46.137.0.0/16", "50.16.0.0/14",
        "50.112.0.0/16", "51.16.0.0/14", "52.0.0.0/10", "52.64.0.0/12", "52.192.0.0/11", "54.64.0.0/11",
        "54.144.0.0/12", "54.160.0.0/11", "54.192.0.0/12", "54.208.0.0/13", "54.216.0.0/14", "54.220.0.0/15",
        "54.224.0.0/11", "63.32.0.0/14", "65.0.0.0/14", "75.101.128.0/17", "79.125.0.0/17", "99.79.0.0/16",
        "100.20.0.0/14", "107.20.0.0/14", "108.128.0.0/13", "122.248.192.0/18", "174.129.0.0/16",
        "175.41.128.0/17", "176.34.0.0/16", "177.71.128.0/17", "184.72.0.0/15", "184.169.128.0/17",
        "204.236.128.0/17",
    ].compactMap(CIDRBlock.init(_:))
}
