public import CloudModel

/// An analysis for people: one line a hop, the header before and after each translation, the reason with file and line.
public struct AnalysisText {
    private let analysis: Analysis
    private let title: String
    private let color: Bool

    /// - Parameter title: the question in the user's words.
    public init(_ analysis: Analysis, title: String, color: Bool = false) {
        self.analysis = analysis
        self.title = title
        self.color = color
    }

    public var text: String {
        var lines = ["\(title): \(verdict)", ""]
        lines += ["there  \(analysis.forward.start)"] + path(analysis.forward)
        if let back = analysis.return {
            lines += ["", "back   \(back.start)"] + path(back)
        } else if analysis.forward.isComplete {
            lines += ["", "back   nobody answers this kind of packet"]
        }
        if !analysis.alternatives.isEmpty {
            lines += ["", "or to"] + analysis.alternatives.map { "  \($0.end)" }
        }
        if !analysis.isReachable { lines += [""] + reasons }
        return lines.joined(separator: "\n")
    }

    private var verdict: String {
        analysis.isReachable
            ? paint("reachable", "32")
            : paint(analysis.forward.isComplete ? "not reachable, the answer is lost" : "not reachable", "31")
    }

    private func path(_ path: Path) -> [String] {
        let rows = path.hops.map { ($0, $0.component.description) }
        let width = min(rows.map(\.1.count).max() ?? 0, 44)
        return rows.flatMap { hop, name -> [String] in
            let mark = hop.explanations.isEmpty ? paint("✓", "32") : paint("✗", "31")
            let padding = String(repeating: " ", count: max(0, width - name.count))
            var line = "  \(mark) \(name)\(padding)  \(decision(hop))"
            while line.last == " " { line.removeLast() }
            var lines = [line]
            if let before = hop.inbound, let after = hop.outbound {
                lines += ["      \(before)", "    → \(after)"]
            }
            lines += hop.details.map { "      \($0)" }
            return lines
        }
    }

    private func decision(_ hop: Hop) -> String {
        let words = hop.rule?.words ?? (hop.explanations.isEmpty ? "" : hop.component.kind.refusal)
        let origin = hop.rule == nil && hop.explanations.isEmpty ? Origin.none : hop.rule?.origin ?? hop.origin
        return origin == .none ? words : "\(words)  \(paint("\(origin.file):\(origin.line)", "2"))"
    }

    private var reasons: [String] {
        analysis.explanations.flatMap { reason -> [String] in
            var lines = ["\(paint(reason.code.rawValue, "1")): \(reason.sentence)"]
            if reason.origin != .none { lines.append("  at \(reason.origin)") }
            return lines
        }
    }

    private func paint(_ text: String, _ code: String) -> String { color ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }
}

extension Component.Kind {
    /// In two or three words, where no rule of its own refused.
    fileprivate var refusal: String {
        switch self {
        case .securityGroup: "no rule allows it"
        case .routeTable, .transitGatewayRouteTable: "no route"
        case .subnet, .vpc, .internet: "nobody has the address"
        default: "drops it"
        }
    }
}

extension HopRule {
    /// As a console shows the line.
    public var words: String {
        switch self {
        case .acl(let rule?, let isEgress):
            "\(isEgress ? "out" : "in") #\(rule.number) \(rule.action.rawValue) \(rule.traffic.words) \(rule.block)"
        case .acl(nil, let isEgress): "\(isEgress ? "out" : "in") * deny"
        case .securityGroup(let rule, let group, let index, let isEgress):
            "\(isEgress ? "egress" : "ingress")[\(index)] of \(group): \(rule.traffic.words) "
                + "\(isEgress ? "to" : "from") \(rule.peer.words)"
        case .tracked(let isEgress): "\(isEgress ? "egress" : "ingress"): answer of a flow it let through"
        case .route(let route): "\(route.prefixList ?? "\(route.destination)") → \(route.target.name)"
        case .localRoute(let block): "\(block) → local"
        case .transitGatewayRoute(let route): "\(route.destination) → \(route.attachment ?? "blackhole")"
        case .propagatedRoute(let block, let attachment): "\(block) → \(attachment) (propagated)"
        case .listener(let listener): "listener \(listener.transport.rawValue) \(listener.port)"
        case .target(let target, _): "target \(target.destination.words):\(target.port)"
        }
    }
}

extension Traffic {
    /// `tcp 443`, `icmp 8`, `all`.
    public var words: String {
        switch self {
        case .all: "all"
        case .tcp(let ports): "tcp \(ports.words)"
        case .udp(let ports): "udp \(ports.words)"
        case .icmp(let type, let code):
            "icmp" + (type.map { " \($0)" } ?? "") + (code.map { "/\($0)" } ?? "")
        case .protocolNumber(let number): "protocol \(number)"
        }
    }
}

extension ClosedRange<UInt16> {
    var words: String { count == 1 ? "\(lowerBound)" : "\(lowerBound)-\(upperBound)" }
}

extension SecurityGroupRule.Peer {
    var words: String {
        switch self {
        case .cidr(let block): "\(block)"
        case .securityGroup(let name): name
        }
    }
}

extension Target.Destination {
    var words: String {
        switch self {
        case .instance(let name): name
        case .address(let address): "\(address)"
        }
    }
}
