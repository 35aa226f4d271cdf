import IPAddressing
import KernelObjects
import LabPlan
public import LabRunner
import LinuxSystem
public import Nftables
public import Probes

/// Captures on every interface of some nodes at once, in the order of time.
public final class LabCapture {
    /// A frame and where it was seen.
    public struct Sighting: Hashable, Sendable {
        /// Its place in `interfaces`.
        public let interface: Int
        public let frame: FrameCapture.Frame

        /// The packet in it, if it is IPv4.
        public var packet: PacketHeader? {
            let bytes = frame.bytes
            // EtherType 0800 behind two addresses.
            guard bytes.count >= 34, bytes[12] == 8, bytes[13] == 0 else { return nil }
            let length = Int(bytes[14] & 15) * 4
            return PacketHeader(network: bytes[14...], transport: bytes.dropFirst(14 + length))
        }
    }

    public let interfaces: [PcapngWriter.Interface]
    private let captures: [FrameCapture]
    /// Frames that may yet be preceded by others.
    private var waiting: [Sighting] = []

    /// - Parameter nodes: At least one; each with all its interfaces but `lo`.
    public init(_ lab: RunningLab, nodes: [String], filter: FrameFilter?) throws {
        var interfaces: [PcapngWriter.Interface] = []
        var captures: [FrameCapture] = []
        for name in nodes {
            guard let node = lab.node(name) else {
                throw LabRunnerError(
                    .input, "lab \(lab.name) has no node \(name)",
                    hint: "its nodes are: \(lab.nodes.map(\.plan.name).joined(separator: ", "))")
            }
            for (device, peer) in Self.devices(of: name, in: lab.plan) {
                interfaces.append(
                    PcapngWriter.Interface(
                        name: "\(name):\(device)", description: "\(node.plan.subject), wire to \(peer)",
                        filter: filter?.text ?? ""))
                captures.append(try FrameCapture(in: node.namespace, interface: device, filter: filter))
            }
        }
        self.interfaces = interfaces
        self.captures = captures
    }

    private static func devices(of node: String, in plan: LabPlan) -> [(device: String, peer: String)] {
        plan.veths.flatMap { veth in
            (veth.near.node == node ? [(veth.near.name, veth.far.node)] : [])
                + (veth.far.node == node ? [(veth.far.name, veth.near.node)] : [])
        }
    }

    /// For `poll`.
    public var descriptors: [Int32] { captures.map(\.raw) }

    /// What passed since the last call, oldest first. Never waits.
    ///
    /// What is younger than this call is kept for the next: a socket read earlier may get an older frame meanwhile.
    /// - Parameter isLast: Keep nothing.
    public func read(isLast: Bool = false) throws -> [Sighting] {
        let start = KernelClock.wall
        for (index, capture) in captures.enumerated() {
            waiting += try capture.drain(limit: isLast ? Int.max : 4096).map { Sighting(interface: index, frame: $0) }
        }
        waiting.sort { ($0.frame.time, $0.interface) < ($1.frame.time, $1.interface) }
        let ready = isLast ? waiting.count : waiting.firstIndex { $0.frame.time >= start } ?? waiting.count
        defer { waiting.removeFirst(ready) }
        return Array(waiting.prefix(ready))
    }

    /// Frames that passed and frames that were lost, for each interface.
    public func tally() throws -> [(seen: UInt64, lost: UInt64)] { try captures.map { try $0.tally() } }

    /// Stops; what was not read is gone.
    public func close() { FrameCapture.close(all: captures) }
}
