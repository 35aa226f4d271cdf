import KernelObjects
public import LabPlan
import Netlink
import Nftables
import RouteNetlink

/// The messages of a plan that need nothing of the running lab, so that they can be made while its namespaces are:
/// a node's own configuration, and its ruleset. By the order of the nodes.
public struct PreparedMessages: Sendable {
    let settings: [NetlinkBatch]
    let rulesets: [NetlinkBatch?]

    public init(_ plan: LabPlan) throws {
        rulesets = plan.nodes.map(Self.ruleset)
        settings = try plan.nodes.map(Self.settings)
    }

    private static func settings(_ plan: NodePlan) throws -> NetlinkBatch {
        var batch = RouteBatch()
        try batch.raise(.loopback, subject: plan.subject)
        for device in plan.devices { try batch.raise(device, subject: plan.subject) }
        for device in plan.proxyARP { try batch.answerProxyARPAtOnce(device, subject: plan.subject) }
        for address in plan.addresses { try batch.add(address, subject: plan.subject) }
        for neighbor in plan.neighbors { try batch.add(neighbor, subject: plan.subject) }
        for route in plan.routes { try batch.add(route) }
        for rule in plan.rules { try batch.add(rule) }
        return batch.messages
    }

    private static func ruleset(_ plan: NodePlan) -> NetlinkBatch? {
        guard let table = plan.nft else { return nil }
        var batch = NftBatch()
        batch.add(table)
        return batch.messages
    }
}
