import IPAddressing

extension Findings {
    /// Endpoints: a known prefix list, or subnets of different zones.
    mutating func checkEndpoints(of vpc: VPC) {
        for endpoint in vpc.endpoints {
            switch endpoint.kind {
            case .gateway(let name):
                guard let list = lab.prefixList(name) else {
                    unknown(
                        "prefix list", name, among: lab.prefixLists.map(\.name), at: endpoint.origin,
                        field: "prefix-list")
                    continue
                }
                if let block = list.blocks.first(where: { block in vpc.cidrBlocks.contains { $0.overlaps(block) } }) {
                    error(
                        endpoint.origin, "the prefix list `\(name)` holds \(block), which is inside the VPC",
                        hint: "a service of AWS has public addresses", field: "prefix-list")
                }
            case .interface(let interfaces):
                if interfaces.isEmpty {
                    error(
                        endpoint.origin, "the interface endpoint `\(endpoint.name)` stands in no subnet",
                        hint: "for example `subnets: [private-a]`", field: "subnets")
                }
                checkZones(interfaces.map(\.subnet), of: vpc, what: "interface endpoint", at: endpoint.origin)
            }
        }
    }

    /// One subnet a zone, each of the VPC.
    mutating func checkZones(_ subnets: [String], of vpc: VPC, what: String, at origin: Origin) {
        var zones: [String: String] = [:]
        for name in subnets {
            guard let subnet = vpc.subnet(name) else {
                unknown("subnet", name, among: vpc.subnets.map(\.name), at: origin, field: "subnets")
                continue
            }
            if let other = zones[subnet.zone] {
                error(
                    origin,
                    "an \(what) has one subnet in a zone, and `\(other)` and `\(name)` are both in zone `\(subnet.zone)`"
                        .replacingArticle(of: what),
                    hint: "keep one of them", field: "subnets")
            } else {
                zones[subnet.zone] = name
            }
        }
    }
}

extension String {
    /// `an attachment`, `a transit gateway attachment`.
    fileprivate func replacingArticle(of what: String) -> String {
        "aeiou".contains(what.prefix(1)) ? self : "a" + dropFirst(2)
    }
}
