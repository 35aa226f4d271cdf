import CloudModel
import IPAddressing

/// Ends that no rule, route or list of the lab can tell apart: one of them speaks for all.
///
/// Two instances are alike if they stand in the same subnet, have the same groups and the same checks, have no public
/// address, are nobody's target, have not failed apart, and their addresses lie in the same blocks of all that are written anywhere.
struct EndClasses {
    /// Positions in the list of ends, class by class.
    let members: [[Int]]

    private struct Kind: Hashable {
        let subnet: Int
        let rules: Int?
        let checksSource: Bool
        let blocks: [Int]
        /// The VPCs in which somebody has the address.
        let holders: [Int]
        let outage: Outage?
    }

    init(_ ends: [MatrixEnd], of index: ReachabilityIndex) {
        let blocks = WrittenBlocks(index.lab)
        let special = Self.special(in: index.lab)
        var classes: [[Int]] = []
        var known: [Kind: Int] = [:]
        for (position, end) in ends.enumerated() {
            guard !end.isOnInternet, end.canBegin, let number = index.interfaceOfNode[end.name],
                index.containersOfHost[number] == nil,
                index.interfaces[number].publicAddress == nil, index.interfaces[number].addresses.count == 1,
                index.interfaces[number].siblings.count == 1,
                !special.contains(end.name), !special.contains(index.interfaces[number].name)
            else {
                classes.append([position])
                continue
            }
            let interface = index.interfaces[number]
            let kind = Kind(
                subnet: interface.subnet, rules: interface.rules, checksSource: interface.checksSource,
                blocks: blocks.holding(end.address),
                holders: index.vpcs.indices.filter { index.vpcs[$0].interfaces[end.address] != nil },
                outage: interface.outage)
            if let place = known[kind] {
                classes[place].append(position)
            } else {
                known[kind] = classes.count
                classes.append([position])
            }
        }
        members = classes
    }

    /// Names that routes and target groups single out.
    private static func special(in lab: Lab) -> Set<String> {
        var names: Set<String> = []
        for vpc in lab.vpcs {
            for route in vpc.routeTables.flatMap(\.routes) {
                if case .instance(let name) = route.target { names.insert(name) }
            }
            for target in vpc.targetGroups.flatMap(\.targets) {
                switch target.destination {
                case .instance(let name): names.insert(name)
                case .address(let address):
                    names.formUnion(vpc.instances.filter { $0.interface.privateAddress == address }.map(\.name))
                }
            }
        }
        return names
    }
}

/// Every block that a rule, route or list of the lab speaks of.
private struct WrittenBlocks {
    private let prefixes: PrefixTable

    init(_ lab: Lab) {
        var blocks: Set<CIDRBlock> = []
        for vpc in lab.vpcs {
            for rule in vpc.securityGroups.flatMap({ $0.ingress + $0.egress }) {
                if case .cidr(let block) = rule.peer { blocks.insert(block) }
            }
            blocks.formUnion(vpc.networkACLs.flatMap { $0.ingress + $0.egress }.map(\.block))
            blocks.formUnion(vpc.routeTables.flatMap(\.routes).map(\.destination))
            blocks.formUnion(vpc.cidrBlocks)
            blocks.formUnion(vpc.virtualPrivateGateway?.prefixes ?? [])
        }
        blocks.formUnion(lab.transitGateways.flatMap(\.routeTables).flatMap(\.routes).map(\.destination))
        blocks.formUnion(lab.transitGateways.flatMap(\.attachments).flatMap(\.prefixes))
        blocks.formUnion(lab.prefixLists.flatMap(\.blocks))
        prefixes = PrefixTable(blocks.sorted().map { ($0, 0) })
    }

    func holding(_ address: IPv4Address) -> [Int] { prefixes.all(address) }
}
