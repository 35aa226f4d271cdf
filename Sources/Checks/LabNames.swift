public import IPAddressing
import LabPlan
public import LabRunner

/// Names in a running lab, as a node of it would understand them.
public struct LabNames: Sendable {
    private let places: Places

    public init(_ lab: RunningLab) { places = Places(lab: lab) }

    /// The address a node would send to: of a node's name, an address, or a name that the lab's DNS knows.
    public func address(of host: String, from node: String) throws -> IPv4Address {
        do {
            return try places.resolve(host, from: places.sender(node))
        } catch let unknown as Places.Unknown {
            throw LabRunnerError(
                .input, unknown.description,
                hint: "the nodes are: \(places.lab.nodes.map(\.plan.name).joined(separator: ", "))")
        }
    }

    /// `nat-a`, where a node has the address.
    public func node(at address: IPv4Address) -> String? { places.node(at: address) }
}
