public import IPAddressing
import LabPlan
public import LabRunner
import LinuxSystem
import Nftables
import Probes

/// One packet of a flow, sent on purpose and followed through the lab: what really happens, to lay beside what should.
public struct LiveFlow: Sendable {
    /// What is sent.
    public enum Kind: String, Hashable, Sendable, CaseIterable { case tcp, udp, icmp }

    /// The first packet's way. `nil` when it never left, or reports were lost.
    public let request: LivePath?
    /// The way of the first answer that came back to the sender, or else of the first one that got lost.
    public let reply: LivePath?
    /// Everything that was seen of the flow, these two included, in order.
    public let paths: [LivePath]
    /// The sender got an answer.
    public let isAnswered: Bool
    /// Something came back: an answer, a refusal or an error.
    public let isHeard: Bool
    /// What the sender saw when it got no answer.
    public let reason: String?

    /// Sends a TCP handshake, a datagram or an echo request from a node and follows it.
    ///
    /// The lab is as before when this returns.
    /// - Parameters:
    ///   - port: Not used for ICMP.
    ///   - timeout: How long the sender waits for an answer.
    public static func follow(
        in lab: RunningLab, from node: String, to address: IPv4Address, port: UInt16 = 0, _ kind: Kind,
        timeout: Duration = .milliseconds(700)
    ) throws -> LiveFlow {
        guard let sender = lab.node(node) else {
            throw LabRunnerError(
                .input, "lab \(lab.name) has no node \(node)",
                hint: "its nodes are: \(lab.nodes.map(\.plan.name).joined(separator: ", "))")
        }
        let filter = WatchFilter(
            from: LabEnds.guises(of: node, in: lab.lab), to: LabEnds.all(address, in: lab.lab),
            protocolNumber: kind.protocolNumber,
            port: kind == .icmp || LabEnds.isHandedOn(port, at: address, in: lab.lab) ? nil : port)
        let trace = try LabTrace(lab, filter)
        defer { trace.close() }
        let target = SocketAddress(address: address, port: port)
        let (local, noReply): (SocketAddress, NoReply?)
        switch kind {
        case .tcp:
            let outcome = try TCPConnectProbe(from: sender.namespace, to: target, timeout: timeout).run()
            (local, noReply) = (outcome.local, outcome.noReply)
        case .udp:
            let outcome = try UDPProbe(from: sender.namespace, to: target, timeout: timeout).run()
            (local, noReply) = (outcome.local, outcome.noReply)
        case .icmp:
            let outcome = try PingProbe(from: sender.namespace, to: address, timeout: timeout).run()
            (local, noReply) = (outcome.local, outcome.noReply)
        }
        let paths = try gather(trace, isAnswered: noReply == nil, from: node, local)
        let request = paths.first { $0.isRequest(from: node, local) }
        let reply =
            paths.first { $0.isReply(to: node, local) }
            ?? request.flatMap { request in paths.first { $0.isLostReply(to: request) } }
        return LiveFlow(
            request: request, reply: reply, paths: paths, isAnswered: noReply == nil, isHeard: noReply != .timedOut,
            reason: noReply?.description)
    }

    /// Reads until request and answer are whole, half a second at most.
    private static func gather(
        _ trace: LabTrace, isAnswered: Bool, from node: String, _ local: SocketAddress
    ) throws -> [LivePath] {
        var paths: [LivePath] = []
        let deadline = KernelClock.monotonic + 500_000_000
        while KernelClock.monotonic < deadline {
            paths += try trace.read()
            let isSent = paths.contains { $0.isRequest(from: node, local) }
            if isSent, !isAnswered || paths.contains(where: { $0.isReply(to: node, local) }) { break }
            _ = try Readiness.wait(for: trace.descriptors, milliseconds: 10)
        }
        paths += try trace.read(isLast: true)
        return paths.sorted { $0.time < $1.time }
    }
}

extension LiveFlow.Kind {
    public var protocolNumber: UInt8 {
        switch self {
        case .icmp: 1
        case .tcp: 6
        case .udp: 17
        }
    }
}

extension LivePath {
    fileprivate func isRequest(from node: String, _ local: SocketAddress) -> Bool {
        hops[0].node == node && hops[0].input == nil && packet.sourcePort == local.port
    }

    fileprivate func isReply(to node: String, _ local: SocketAddress) -> Bool {
        // Its beginning need not be elsewhere: a container may answer itself, through its host.
        end.node == node && isDelivered && end.after.destinationPort == local.port && !isRequest(from: node, local)
    }

    /// Made where the request arrived, for whoever the request seemed to come from.
    fileprivate func isLostReply(to request: LivePath) -> Bool {
        let arrived = request.end.after
        return request.isDelivered && !isDelivered && hops[0].node == request.end.node && hops[0].input == nil
            && packet.destination == arrived.source && packet.destinationPort == arrived.sourcePort
    }
}
