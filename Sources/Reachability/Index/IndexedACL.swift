import CloudModel
import IPAddressing

/// A network ACL with its rules in the order of evaluation.
struct IndexedACL: Sendable {
    let model: NetworkACL
    private let ingress: [NetworkACLRule]
    private let egress: [NetworkACLRule]

    init(_ model: NetworkACL) {
        self.model = model
        ingress = model.ingress.sorted { $0.number < $1.number }
        egress = model.egress.sorted { $0.number < $1.number }
    }

    /// What the list says of a packet.
    struct Decision {
        let isAllowed: Bool
        /// `nil` is the last line, `*`.
        let rule: NetworkACLRule?
        /// The ports it decides about, where the sender may choose and only some are refused.
        let ports: ClosedRange<UInt16>
    }

    /// First match wins. Where ports are a range, every one of them must be allowed: what is sometimes refused is no
    /// way one can rely on.
    func decision(on header: PacketHeader, egress isEgress: Bool) -> Decision {
        decide(header, isEgress ? egress[...] : ingress[...], remote: isEgress ? header.destination : header.source)
    }

    private func decide(
        _ header: PacketHeader, _ rules: ArraySlice<NetworkACLRule>, remote: IPv4Address
    ) -> Decision {
        for (position, rule) in zip(rules.indices, rules) where rule.block.contains(remote) {
            let asked = header.destinationPorts
            switch rule.traffic.coverage(of: header) {
            case .none: continue
            case .whole: return Decision(isAllowed: rule.action == .allow, rule: rule, ports: asked)
            case .part:
                guard rule.action == .allow, let ports = rule.traffic.ports else {
                    return Decision(isAllowed: false, rule: rule, ports: asked)
                }
                // The rest is up to the rules that follow.
                var last = Decision(isAllowed: true, rule: rule, ports: asked)
                for rest in asked.subtracting(ports) {
                    var part = header
                    part.destinationPorts = rest
                    last = decide(part, rules[(position + 1)...], remote: remote)
                    if !last.isAllowed { return last }
                }
                return last
            }
        }
        return Decision(isAllowed: false, rule: nil, ports: header.destinationPorts)
    }
}

extension Traffic {
    /// The ports a rule names; `nil` for rules without ports.
    var ports: ClosedRange<UInt16>? {
        switch self {
        case .tcp(let ports), .udp(let ports): ports
        case .all, .icmp, .protocolNumber: nil
        }
    }
}

extension ClosedRange<UInt16> {
    /// What is left of it: nothing, one piece or two.
    func subtracting(_ other: Self) -> [Self] {
        guard overlaps(other) else { return [self] }
        var rest: [Self] = []
        if lowerBound < other.lowerBound { rest.append(lowerBound...(other.lowerBound - 1)) }
        if other.upperBound < upperBound { rest.append((other.upperBound + 1)...upperBound) }
        return rest
    }
}
