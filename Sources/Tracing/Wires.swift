import KernelObjects
import LabPlan

/// Which end of which wire an interface index of a namespace is.
struct Wires: Sendable {
    /// One end of a wire.
    struct End: Hashable, Sendable {
        let node: String
        let index: UInt32
    }

    private let names: [End: String]
    private let peers: [End: End]

    init(_ plan: LabPlan) {
        var names: [End: String] = [:]
        var peers: [End: End] = [:]
        for veth in plan.veths {
            let near = End(node: veth.near.node, index: UInt32(veth.near.index))
            let far = End(node: veth.far.node, index: UInt32(veth.far.index))
            (names[near], names[far]) = (veth.near.name, veth.far.name)
            (peers[near], peers[far]) = (far, near)
        }
        self.names = names
        self.peers = peers
    }

    /// `lo` is 1 everywhere.
    func name(_ end: End) -> String { names[end] ?? (end.index == 1 ? "lo" : "#\(end.index)") }

    /// The other end; `lo` is its own.
    func peer(_ end: End) -> End? { peers[end] ?? (end.index == 1 ? end : nil) }
}
