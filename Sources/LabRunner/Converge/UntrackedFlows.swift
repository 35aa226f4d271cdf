import CloudModel
import LabPlan
import Nftables

/// Flows that AWS does not track end when the rule that let them in goes; the router's connection tracking remembers
/// all alike, and must be told to forget these.
///
/// Packets of a forgotten TCP flow belong to nothing (`nf_conntrack_tcp_loose` is 0 in the router), so each is judged
/// by the rules alone, as AWS judges those of untracked flows. A forgotten UDP flow begins anew with the next packet of
/// the side whose rules still let it.
enum UntrackedFlows {
    static func cut(from old: Lab, to new: Lab, _ nodes: [MadeNode]) throws {
        for vpc in old.vpcs {
            guard let later = new.vpcs.first(where: { $0.name == vpc.name }),
                vpc.securityGroups != later.securityGroups || vpc.instances != later.instances,
                let router = nodes.first(where: { $0.plan.name == vpc.name && $0.plan.role == .router })
            else { continue }
            let flows = try router.trackedFlows().map(\.original).filter { tuple in
                vpc.interrupts(
                    FlowTuple(
                        protocolNumber: tuple.protocolNumber, source: tuple.source, destination: tuple.destination,
                        destinationPort: tuple.destinationPort), after: later)
            }
            try Conntrack.forget(flows, router.netfilter)
        }
    }
}
