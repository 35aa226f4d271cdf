import KernelObjects
import LabPlan
import LabRunner
import Reachability
import Tracing

/// The packet that `explain` sends in a running lab, beside what it predicted.
struct SentPacket: Encodable {
    let flow: LiveFlow
    /// It came to its end, or did not, as predicted, and so did what came back.
    let agrees: Bool

    private enum CodingKeys: String, CodingKey { case agrees, delivered, answered, reason, request, reply }

    /// `nil` if no such lab is up.
    static func runningLab(_ name: String) throws -> RunningLab? {
        guard !name.contains("/"), StateFolder(name).isComplete else { return nil }
        return try RunningLab.attach(name)
    }

    /// - Returns: `nil` where nothing can be sent: the sender is no node of the lab, or the protocol is none of TCP, UDP
    ///   and ping.
    static func follow(_ analysis: Analysis, in lab: RunningLab) throws -> SentPacket? {
        guard let kind = kind(of: analysis.flow.transport) else { return nil }
        let start = analysis.forward.start
        let sender: String?
        switch analysis.flow.source {
        case .node(let node): sender = node
        case .address(let address), .internet(let address):
            sender = lab.plan.nodes.first { $0.addresses.contains { $0.address == address } }?.name
        case .interface, .subnetRouter, .vpcRouter: sender = nil
        }
        guard let sender, let node = lab.node(sender), node.plan.role.isGuest else {
            return nil
        }
        let flow = try LiveFlow.follow(
            in: lab, from: sender, to: start.destination, port: start.destinationPorts.lowerBound, kind)
        guard let request = flow.request else { return nil }
        let arrives = request.isDelivered || leavesTheLab(request.end, analysis.forward, lab)
        let agrees = arrives == analysis.forward.isComplete
        return SentPacket(
            flow: flow, agrees: agrees && (!request.isDelivered || returnAgrees(analysis, flow, kind)))
    }

    /// Where no answer is predicted nothing may be heard, but an ICMP error that refuses a datagram: lists may let that
    /// through and not a program's answer. Where one is, something must be: to a datagram that nobody waits for even a
    /// host that gets it need say nothing, and where a load balancer has a choice the prediction is of one of several
    /// ways.
    private static func returnAgrees(_ analysis: Analysis, _ flow: LiveFlow, _ kind: LiveFlow.Kind) -> Bool {
        guard let back = analysis.return, analysis.alternatives.isEmpty else { return true }
        if kind == .udp { return back.isComplete || !flow.isAnswered }
        return back.isComplete == flow.isHeard
    }

    /// What goes on premises ends at the last box that the lab has, in the name of what would carry it on; what goes to
    /// somebody on the Internet whom the lab does not hold, at the Internet's own router.
    private static func leavesTheLab(_ end: LiveHop, _ forward: Path, _ lab: RunningLab) -> Bool {
        guard forward.disposition == .exitsNetwork else { return false }
        switch end.outcome {
        case .dropped(let owner):
            return owner.hasSuffix(": outside the lab") || owner.hasSuffix(" is outside the lab")
        case .lost, .delivered: return lab.node(end.node)?.plan.role == .internet
        case .forwarded: return false
        }
    }

    private static func kind(of transport: Transport) -> LiveFlow.Kind? {
        switch transport {
        case .tcp: .tcp
        case .udp: .udp
        case .icmp(type: 8, _): .icmp
        case .icmp, .other: nil
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(agrees, forKey: .agrees)
        try container.encode(flow.request?.isDelivered ?? false, forKey: .delivered)
        try container.encode(flow.isAnswered, forKey: .answered)
        try container.encodeIfPresent(flow.reason, forKey: .reason)
        try container.encodeIfPresent(flow.request.map(PathRecord.init), forKey: .request)
        try container.encodeIfPresent(flow.reply.map(PathRecord.init), forKey: .reply)
    }

    /// The true hops, one a line, and whether they end as predicted.
    var text: String {
        var lines = ["", "a packet sent now:"]
        for path in [flow.request, flow.reply].compactMap({ $0 }) { lines += path.lines }
        if let reason = flow.reason { lines.append("  the sender saw: \(reason)") }
        lines.append(agrees ? "the packet agrees with the prediction" : "the packet DISAGREES with the prediction")
        return lines.joined(separator: "\n")
    }
}

/// What `explain --json` prints: the shape of AWS's analyses, and the packet beside it.
struct ExplainDocument: Encodable {
    let analyses: JSONValue
    let packet: SentPacket?

    private enum CodingKeys: String, CodingKey {
        case analyses = "NetworkInsightsAnalyses"
        case packet = "SentPacket"
    }
}
