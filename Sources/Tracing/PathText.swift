// A path in words.

extension LiveHop {
    /// What was decided here, in the order of the packet's way: rules with owners, the route, the translation.
    ///
    /// The default network ACL, which allows everything, is not worth a word.
    public var decisions: [String] {
        var words: [String] = []
        if isKnownFlow { words.append("known flow") }
        for rule in rules where rule.verdict != "drop" && !rule.owner.hasPrefix("acl default ") {
            words.append(rule.owner + (rule.verdict == "accept" ? " allows" : ""))
        }
        if let route, !isDropped { words.append("\(route.table) \(route.destination)") }
        if let translatedSource { words.append("from \(translatedSource)") }
        if let translatedDestination { words.append("to \(translatedDestination)") }
        return words
    }

    private var isDropped: Bool {
        if case .dropped = outcome { true } else { false }
    }

    /// `vpc [sg app egress[0] allows, rtb private-a 0.0.0.0/0]`.
    public var text: String { decisions.isEmpty ? node : "\(node) [\(decisions.joined(separator: ", "))]" }
}

extension LiveHop.Outcome: CustomStringConvertible {
    public var description: String {
        switch self {
        case .forwarded: "forwarded"
        case .delivered: "delivered"
        case .dropped(let owner): "dropped by \(owner)"
        case .lost: "lost: no rule dropped it, and it was not seen again"
        }
    }
}

extension LivePath: CustomStringConvertible {
    /// One line: the packet, every component, what became of it.
    public var description: String {
        "\(packet): \(hops.map(\.text).joined(separator: " → ")): \(end.outcome)"
    }

    /// One line for the packet, one for each hop.
    public var lines: [String] {
        ["\(packet)"]
            + hops.map { hop in
                var words = [hop.input.map { "in \($0.name)" }, hop.output.map { "out \($0.name)" }].compactMap { $0 }
                words += hop.decisions
                if hop.outcome != .forwarded { words.append("\(hop.outcome)") }
                return "  \(hop.node) (\(hop.role)): \(words.joined(separator: ", "))"
            }
    }
}
