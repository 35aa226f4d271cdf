import CloudModel
import Drift
import KernelObjects
import LabPlan
import LabRunner

/// What `up` would do now: make a lab, or change one that is up.
struct UpPreview: Encodable {
    /// How much would be made of what.
    struct Totals: Encodable {
        let namespaces: Int
        let wires: Int
        let addresses: Int
        let routes: Int
        let rules: Int
        let services: Int
    }

    let lab: String
    let isUp: Bool
    /// For a lab that is down.
    let wouldMake: Totals?
    /// For a lab that is up.
    let wouldChange: DifferenceText?

    init(_ lab: Lab, name: String) throws {
        self.lab = name
        let difference = try LabDrift.fromFile(lab, name: name, settings: Share.settings)
        isUp = difference != nil
        wouldChange = difference.map { DifferenceText($0.lines) }
        wouldMake = isUp ? nil : Totals(LabPlan(lab))
    }

    /// A lab is up, and differs.
    var isChange: Bool { wouldChange.map { !$0.isEmpty } ?? false }

    var text: String {
        if let totals = wouldMake {
            return "\(lab) is not up; netlab up would make \(totals.namespaces) namespaces, \(totals.wires) wires, "
                + "\(totals.addresses) addresses, \(totals.routes) routes, \(totals.rules) rules and "
                + "\(totals.services) services"
        }
        let orders = wouldChange?.orders ?? []
        if orders.isEmpty { return "\(lab) is up: nothing to do" }
        return (["\(lab) is up; netlab up would change:", ""] + orders).joined(separator: "\n")
    }

    func show(json: Bool) throws {
        if json { try Output.json(self) } else { Output.say(text) }
    }
}

extension UpPreview.Totals {
    init(_ plan: LabPlan) {
        namespaces = plan.nodes.count
        wires = plan.veths.count
        addresses = plan.nodes.reduce(0) { $0 + $1.addresses.count }
        routes = plan.nodes.reduce(0) { $0 + $1.routes.count }
        rules = plan.nodes.reduce(0) { $0 + ($1.nft?.chains.reduce(0) { $0 + $1.rules.count } ?? 0) }
        services = plan.nodes.reduce(0) { $0 + $1.sockets.count }
    }
}
