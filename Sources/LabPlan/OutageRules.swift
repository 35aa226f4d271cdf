import CloudModel
import KernelObjects

/// What has failed is cut off at the living end of each of its wires, where the next router counts and drops all that
/// comes from it or goes to it.
///
/// A rule and not a link that is down: a link takes its routes with it and answers its neighbours with errors, but who
/// sends to a dead zone hears nothing.
enum OutageRules {
    /// One wire, by its device at the living end.
    struct Cut: Hashable {
        let device: String
        let outage: Outage
    }

    /// After the tables of a `trace` (-500, 500), so that it sees the packets too, and around everything else.
    private static let priority: Int32 = 490

    /// Adds to a node's table what cuts these wires.
    static func add(_ cuts: [Cut], to table: NftTable?) -> NftTable {
        var table = table ?? NftTable()
        let set = NftSet(
            "outages", key: [.interface], data: .verdict,
            elements: cuts.map { .init([.interface($0.device)], .verdict(.goto(chain($0.outage)))) })
        var outages: [Outage] = []
        for cut in cuts where !outages.contains(cut.outage) { outages.append(cut.outage) }
        table.sets.append(set)
        table.chains += outages.map { NftChain(chain($0), rules: [.drop(owner: $0.owner)]) }
        table.chains += [
            NftChain(
                "outage_in", base: .init(.filter, .prerouting, priority: -priority),
                rules: [NftRule([.verdictMap([.inputInterface], set.name)])]),
            NftChain(
                "outage_out", base: .init(.filter, .postrouting, priority: priority),
                rules: [NftRule([.verdictMap([.outputInterface], set.name)])]),
        ]
        return table
    }

    private static func chain(_ outage: Outage) -> String { "outage-\(outage.kind.rawValue)-\(outage.name)" }
}

extension PlanBuilder {
    /// The cuts of all wires of what has failed, by the node that has the living end. Of several outages of one wire the
    /// first counts.
    var cuts: [String: [OutageRules.Cut]] {
        guard !lab.outages.isEmpty else { return [:] }
        let ends = plannedEnds
        var cuts: [String: [OutageRules.Cut]] = [:]
        for veth in veths {
            let sides = [(veth.near, veth.far), (veth.far, veth.near)]
            for outage in lab.outages {
                guard let (_, living) = sides.first(where: { Self.hits(outage, $0.0, ends) }) else { continue }
                cuts[living.node, default: []].append(.init(device: living.name, outage: outage))
                break
            }
        }
        return cuts
    }

    /// By outage: the nodes of which it takes at least one interface.
    var cutOff: [Outage: Set<String>] {
        let ends = lab.outages.isEmpty ? [:] : plannedEnds
        var nodes: [Outage: Set<String>] = [:]
        for outage in lab.outages {
            let hit = veths.flatMap { [$0.near, $0.far] }.filter { Self.hits(outage, $0, ends) }
            nodes[outage] = Set(hit.map(\.node))
        }
        return nodes
    }

    /// What a wire's end is in the cloud: `eth1` of `app`, in zone a.
    private struct PlannedEnd {
        var number = 0
        var name = ""
        var zone: String?
    }

    private static func hits(_ outage: Outage, _ end: Veth.End, _ planned: [String: PlannedEnd]) -> Bool {
        let known = planned["\(end.node):\(end.name)"] ?? PlannedEnd()
        return outage.hits(interface: known.number, of: end.node, named: known.name, in: known.zone)
    }

    /// By `node:device`.
    private var plannedEnds: [String: PlannedEnd] {
        var ends: [String: PlannedEnd] = [:]
        for vpc in lab.vpcs {
            for planned in vpc.plannedInterfaces {
                ends["\(planned.node):eth\(planned.number)"] = PlannedEnd(
                    number: planned.number, name: planned.interface.name,
                    zone: vpc.subnet(planned.interface.subnet)?.zone)
            }
        }
        for (gateway, ports) in transitPorts {
            for port in ports { ends["\(gateway):\(port.device.name)"] = PlannedEnd(zone: port.zone) }
        }
        return ends
    }
}
