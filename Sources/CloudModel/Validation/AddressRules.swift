import IPAddressing

extension Findings {
    /// Private addresses: inside the subnet, not one that AWS keeps, used once; for instances and NAT gateways alike.
    mutating func checkAddresses(of vpc: VPC) {
        let subnets = Dictionary(vpc.subnets.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let interfaces =
            vpc.natGateways.map { ($0.name, $0.subnet, [$0.privateAddress], $0.origin) }
            + vpc.instances.flatMap { instance in
                instance.interfaces.map { (instance.name, $0.subnet, $0.privateAddresses, instance.origin) }
            }
            + vpc.endpoints.flatMap { endpoint in
                endpoint.interfaces.map { (endpoint.name, $0.subnet, $0.privateAddresses, endpoint.origin) }
            }
            + vpc.loadBalancers.flatMap { balancer in
                balancer.nodes.map {
                    ($0.name, $0.interface.subnet, $0.interface.privateAddresses, balancer.origin)
                }
            }
        let subnetNames = vpc.subnets.map(\.name)
        var owners: [IPv4Address: String] = [:]
        for (name, subnetName, addresses, origin) in interfaces {
            guard let subnet = subnets[subnetName] else {
                unknown("subnet", subnetName, among: subnetNames, at: origin, field: "subnet")
                continue
            }
            for address in addresses { check(address, of: name, in: subnet, at: origin, &owners) }
        }
    }

    private mutating func check(
        _ address: IPv4Address, of name: String, in subnet: Subnet, at origin: Origin,
        _ owners: inout [IPv4Address: String]
    ) {
        let block = subnet.cidrBlock
        if !block.contains(address) {
            error(
                origin, "the address \(address) of `\(name)` is not in its subnet `\(subnet.name)` (\(block))",
                hint: freeRange(of: block), field: "address")
        } else if let kept = subnet.reservedAddresses.first(where: { $0.address == address }) {
            error(
                origin, "AWS reserves \(address) in the subnet `\(subnet.name)`: it is \(kept.reason)",
                hint: freeRange(of: block), field: "address")
        }
        if let owner = owners[address] {
            error(
                origin, "the address \(address) of `\(name)` already belongs to `\(owner)`",
                hint: "choose another one, or leave `address` out and netlab takes the next free one",
                field: "address")
        } else {
            owners[address] = name
        }
    }

    private func freeRange(of block: CIDRBlock) -> String {
        block.count > 5 ? "use an address from \(block.base + 4) to \(block.last + -1)" : ""
    }

    /// Public addresses: from the pool, used once in the lab, in a VPC with an Internet gateway.
    mutating func checkElasticIPs() {
        let pool = lab.internet.publicPool
        var owners: [IPv4Address: String] = [:]
        for vpc in lab.vpcs {
            let holders =
                vpc.natGateways.map { ($0.name, $0.elasticIP, $0.origin) }
                + vpc.instances.flatMap { instance in
                    instance.interfaces.flatMap(\.associations).map {
                        (instance.name, $0.publicAddress, instance.origin)
                    }
                }
                + vpc.loadBalancers.flatMap { balancer in
                    balancer.nodes.map { ($0.name, $0.interface.publicAddress, balancer.origin) }
                }
            for case (let name, let address?, let origin) in holders {
                if !lab.internet.isInPool(address) {
                    error(
                        origin, "the Elastic IP \(address) of `\(name)` is not in the public pool \(pool)",
                        hint: "choose one from \(pool.base + 1) to \(pool.last + -1), or set `public-pool`",
                        field: "elastic-ip")
                }
                if let owner = owners[address] {
                    error(
                        origin, "the Elastic IP \(address) of `\(name)` already belongs to `\(owner)`",
                        hint: "an Elastic IP is associated with one interface at a time", field: "elastic-ip")
                } else {
                    owners[address] = name
                }
                if vpc.internetGateway == nil {
                    error(
                        origin, "`\(name)` has an Elastic IP, but its VPC has no Internet gateway",
                        hint: "add `internet-gateway: igw`; an Elastic IP is translated there", field: "elastic-ip")
                }
            }
        }
    }
}
