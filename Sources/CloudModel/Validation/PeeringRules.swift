import IPAddressing

extension Findings {
    /// Peering connections: two known VPCs whose blocks do not overlap, joined once.
    mutating func checkPeerings() {
        var seen: Set<Set<String>> = []
        for peering in lab.peerings {
            let ends = [peering.requester, peering.accepter]
            let vpcs = ends.compactMap { lab.vpc($0) }
            for name in ends where lab.vpc(name) == nil {
                unknown("VPC", name, among: lab.vpcs.map(\.name), at: peering.origin, field: "between")
            }
            guard vpcs.count == 2 else { continue }
            if ends[0] == ends[1] {
                error(
                    peering.origin, "the peering connection `\(peering.name)` joins `\(ends[0])` to itself",
                    hint: "name two VPCs", field: "between")
                continue
            }
            if !seen.insert(Set(ends)).inserted {
                error(
                    peering.origin, "`\(ends[0])` and `\(ends[1])` already have a peering connection",
                    hint: "AWS allows one between two VPCs; remove this one")
            }
            for block in vpcs[0].cidrBlocks {
                guard let other = vpcs[1].cidrBlocks.first(where: { $0.overlaps(block) }) else { continue }
                error(
                    peering.origin,
                    "the VPCs `\(ends[0])` (\(block)) and `\(ends[1])` (\(other)) overlap and cannot be peered",
                    hint: "give one of them another CIDR block")
            }
        }
    }

    /// Prefix lists: not empty, no block twice.
    mutating func checkPrefixLists() {
        for list in lab.prefixLists {
            if list.blocks.isEmpty {
                error(
                    list.origin, "the prefix list `\(list.name)` has no entry",
                    hint: "for example `\(list.name): [198.51.100.96/27]`", field: "blocks")
            }
            var seen: Set<CIDRBlock> = []
            for block in list.blocks where !seen.insert(block).inserted {
                error(
                    list.origin, "the prefix list `\(list.name)` has \(block) twice", hint: "remove one",
                    field: "blocks")
            }
        }
    }
}
