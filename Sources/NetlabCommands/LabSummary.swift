import CloudModel
import IPAddressing
import LabPlan
import LabRunner

/// What a running lab consists of, as `up` and `status` show it.
struct LabSummary: Encodable {
    struct Node: Encodable {
        let name: String
        let role: String
        let subnet: String?
        let address: String?
        let publicAddress: String?
        let serves: [String]
        let namespace: String
    }

    let lab: String
    let title: String
    let nodes: [Node]
    let seconds: Double?
    /// What goes faster than on AWS.
    let shortenedTimers: [ShortenedTimer]
    /// What was different of a lab that was up already; none for a lab that was made anew.
    let changes: DifferenceText?
    /// Only where they were asked for.
    var phases: [UpPhase]?

    init(_ running: RunningLab, seconds: Double? = nil) {
        lab = running.name
        title = running.lab.title
        self.seconds = seconds
        shortenedTimers = running.lab.shortenedTimers
        changes = running.changes.map { DifferenceText($0) }
        nodes = running.plan.nodes.map { plan in
            Node(
                name: plan.name, role: plan.role.rawValue, subnet: running.lab.subnet(of: plan.name),
                address: plan.address?.description,
                publicAddress: running.lab.publicAddress(of: plan.name)?.description,
                serves: plan.sockets.map { "\($0.kind.rawValue):\($0.port)" },
                namespace: LabPlan.namespaceName(lab: running.name, node: plan.name))
        }
    }

    var text: String {
        if let changes { return changedText(changes) }
        var table = TextTable(["node", "what", "subnet", "address", "public", "serves"])
        for node in nodes {
            table.add([
                node.name, node.role, node.subnet ?? "-", node.address ?? "-", node.publicAddress ?? "-",
                node.serves.isEmpty ? "-" : Set(node.serves).sorted().joined(separator: " "),
            ])
        }
        let time = seconds.map { " in \(Int(($0 * 1000).rounded())) ms" } ?? ""
        let inside = nodes.first { $0.role == NodePlan.Role.instance.rawValue }?.name ?? nodes[0].name
        return """
            \(lab) is up\(time)\(title.isEmpty ? "" : ": \(title)")

            \(table.text)
            \(shortenedTimers.map { "\nshortened: \($0)" }.joined())
            next: netlab check \(lab)          check every claim by packets
                  netlab shell \(lab) \(inside)   look around
                  netlab down \(lab)
            """
    }

    private func changedText(_ changes: DifferenceText) -> String {
        let time = seconds.map { " in \(Int(($0 * 1000).rounded())) ms" } ?? ""
        if changes.isEmpty { return "\(lab) is up: nothing to do" }
        let count = "\(changes.entries.count) change\(changes.entries.count == 1 ? "" : "s")"
        return (["\(lab) is up: \(count)\(time)", ""] + changes.orders).joined(separator: "\n")
    }
}
