public import KernelObjects
import LabPlan

extension LabDifference {
    /// A difference and where it is.
    public struct Line: Hashable, Sendable {
        /// The node, or the lab itself.
        public let place: String
        public let difference: Difference
    }

    /// Everything, for people: the namespaces first, then wires, then what is in each node, services last.
    ///
    /// What shall be in a namespace, or on a wire, that is still to be made is not told one by one.
    public var lines: [Line] {
        newNodes.map { Line(place: $0.name, difference: Difference(.add, "namespace", $0.name, owner: $0.subject)) }
            + oldNamespaces.map { Line(place: "lab", difference: Difference(.remove, "namespace", $0)) }
            + newWires.map { veth in
                Line(
                    place: veth.near.node,
                    difference: Difference(
                        .add, "link", "\(veth.near.name) to \(veth.far.node):\(veth.far.name)",
                        owner: "wire \(veth.near.node) -- \(veth.far.node)"))
            }
            + oldLinks.map { Line(place: $0.node, difference: Difference(.remove, "link", $0.device.name)) }
            + nodes.flatMap { node in node.differences.map { Line(place: node.node.name, difference: $0) } }
            + services.map { Line(place: "services", difference: $0) }
    }
}
