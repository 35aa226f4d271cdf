import IPAddressing

/// The sizes AWS gives to VPCs and subnets.
private let allowedSizes = 16...28

extension Findings {
    /// A VPC's blocks: size, place, no overlap with each other or with the public pool.
    mutating func checkBlocks(of vpc: VPC) {
        for (index, block) in vpc.cidrBlocks.enumerated() {
            if !allowedSizes.contains(block.prefixLength) {
                error(
                    vpc.origin, "a VPC is between /16 and /28, and \(block) is a /\(block.prefixLength)",
                    hint: "for example \(CIDRBlock(containing: block.base, prefixLength: clamped(block)))",
                    field: "cidr")
            }
            if let use = block.base.specialUse {
                error(vpc.origin, "the block \(block) of the VPC \(use)", hint: "use 10.0.0.0/16", field: "cidr")
            }
            if let pool = lab.internet.pools.first(where: { $0.overlaps(block) }) {
                error(
                    vpc.origin, "the block \(block) of the VPC overlaps the public pool \(pool)",
                    hint: "use a private range (RFC 1918), for example 10.0.0.0/16", field: "cidr")
            }
            if let other = vpc.cidrBlocks[..<index].first(where: { $0.overlaps(block) }) {
                error(
                    vpc.origin, "the blocks \(other) and \(block) of the VPC overlap",
                    hint: "secondary blocks must be disjoint", field: "cidr")
            }
        }
        var seen: Set<String> = []
        for zone in vpc.zones {
            if let fault = ObjectName.faultOfZone(zone) {
                error(
                    vpc.origin, fault, hint: "a zone is one letter, or AWS's whole name for it: a, b, us-east-1a",
                    field: "zones")
            } else if !seen.insert(zone).inserted {
                error(vpc.origin, "the zone `\(zone)` is listed twice", hint: "remove one", field: "zones")
            }
        }
        if vpc.zones.isEmpty {
            error(vpc.origin, "the VPC has no zone", hint: "write zones: [a]", field: "zones")
        }
    }

    /// An egress-only Internet gateway is known by name; what it would carry, no lab has.
    mutating func checkEgressOnlyInternetGateways(of vpc: VPC) {
        for name in vpc.egressOnlyInternetGateways {
            warning(
                vpc.origin,
                "the egress-only Internet gateway `\(ObjectName.shown(name))` is not reproduced: it carries IPv6 only, and "
                    + "a lab is IPv4 only",
                hint: "no packet passes it; for IPv4 a NAT gateway does the same",
                field: "egress-only-internet-gateways")
        }
    }

    /// Subnets: size, inside the VPC, disjoint, in a zone of the VPC, with a known route table.
    mutating func checkSubnets(of vpc: VPC) {
        let tables = Set(vpc.routeTables.map(\.name))
        for subnet in vpc.subnets {
            let block = subnet.cidrBlock
            if !allowedSizes.contains(block.prefixLength) {
                error(
                    subnet.origin, "a subnet is between /16 and /28, and \(block) is a /\(block.prefixLength)",
                    hint: "AWS keeps five addresses of each subnet, so nothing smaller than a /28 makes sense",
                    field: "cidr")
            }
            if !vpc.cidrBlocks.isEmpty, !vpc.cidrBlocks.contains(where: { $0.contains(block) }) {
                let blocks = vpc.cidrBlocks.map(\.description).joined(separator: ", ")
                error(
                    subnet.origin, "the subnet \(block) is not inside the VPC (\(blocks))",
                    hint: "choose a block inside the VPC, or give the VPC a secondary block", field: "cidr")
            }
            if !vpc.zones.contains(subnet.zone) {
                unknown("zone", subnet.zone, among: vpc.zones, at: subnet.origin, field: "zone")
            }
            if !tables.contains(subnet.routeTable) {
                unknown(
                    "route table", subnet.routeTable, among: listed(tables), at: subnet.origin, field: "route-table")
            }
            if let name = subnet.networkACL, !vpc.networkACLs.contains(where: { $0.name == name }) {
                unknown(
                    "network ACL", name, among: vpc.networkACLs.map(\.name), at: subnet.origin, field: "network-acl")
            }
        }
        checkOverlaps(vpc.subnets)
    }

    /// Sorted by base, a block can only overlap one that is still open: CIDR blocks nest or are disjoint.
    private mutating func checkOverlaps(_ subnets: [Subnet]) {
        var widest: Subnet?
        for subnet in subnets.sorted(by: { $0.cidrBlock < $1.cidrBlock }) {
            guard let open = widest, open.cidrBlock.contains(subnet.cidrBlock) else {
                widest = subnet
                continue
            }
            let later = open.origin.line <= subnet.origin.line ? subnet : open
            let earlier = later == subnet ? open : subnet
            error(
                later.origin,
                "the subnet \(later.cidrBlock) overlaps the subnet `\(earlier.name)` (\(earlier.cidrBlock))",
                hint: "the subnets of a VPC must be disjoint", field: "cidr")
        }
    }

    private func clamped(_ block: CIDRBlock) -> Int {
        min(max(block.prefixLength, allowedSizes.lowerBound), allowedSizes.upperBound)
    }
}
