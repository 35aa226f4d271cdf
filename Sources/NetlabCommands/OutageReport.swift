import CloudModel
import LabPlan
import LabRunner

/// What has failed in a running lab, for people and for programs.
struct OutageReport: Encodable {
    struct Line: Encodable {
        /// `zone a`.
        let outage: String
        /// The nodes it cuts off, whole or by one of their interfaces.
        let nodes: [String]
        let heal: String
    }

    let lab: String
    /// What this command changed.
    let changed: [String]
    let inForce: [Line]

    init(_ name: String, _ change: LabOutages.Change) {
        lab = name
        changed = change.changed.map(\.description)
        inForce = Self.lines(name, change.inForce)
    }

    static func lines(_ name: String, _ outages: [(outage: Outage, nodes: [String])]) -> [Line] {
        outages.map { Line(outage: "\($0.outage)", nodes: $0.nodes, heal: "netlab heal \(name) \($0.outage)") }
    }

    func show(json: Bool) throws {
        if json { return try Output.json(self) }
        Output.say(inForce.isEmpty ? "\(lab): nothing has failed" : inForce.map(\.text).joined(separator: "\n"))
    }

    /// To standard error, before an answer that people might take for that of a whole lab.
    static func note(_ lab: Lab, name: String) {
        guard !lab.outages.isEmpty else { return }
        let list = lab.outages.map(\.description).joined(separator: ", ")
        Output.note("in force: outage of \(list); netlab heal \(name) ends \(lab.outages.count > 1 ? "them" : "it")")
    }
}

extension OutageReport.Line {
    var text: String { "outage: \(outage) has failed and cuts off \(nodes.joined(separator: ", "))" }
}
