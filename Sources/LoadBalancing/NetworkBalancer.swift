import KernelObjects
import LabServices
import Netlink
import Nftables

/// The rules of a network load balancer's node, as far as they follow the health of targets.
enum NetworkBalancer {
    /// One atomic batch: slots point at usable targets, and the unwell are those whose flows are reset.
    static func apply(_ groups: [GroupHealth], through socket: NetlinkSocket) throws {
        var batch = NftBatch()
        let sets = groups.flatMap { group in
            let targets = group.usable.map { FlowTarget($0.address, port: $0.port) }
            return group.plan.slots.map { NftSet.flowSlots($0, over: targets) }
        }
        let cut = groups.flatMap(\.cut).map { FlowTarget($0.address, port: $0.port) }
        batch.replaceElements(of: sets + [.cutTargets(cut)])
        try socket.commit(batch.messages)
    }
}
