import IPAddressing
import KernelObjects

/// What security groups of a middlebox remember of the flows that it hands on.
///
/// Such a packet crosses the router twice, in one and the same tracked flow. Its two ends are told apart from the
/// middlebox by bits of their own in the flow's mark, one for each direction that the middlebox's groups let pass: an
/// answer passes if the other direction did, by whichever gate, and else needs a rule like any packet. So a flow whose
/// answers alone come through the middlebox is refused there, as AWS does with asymmetric routes.
///
/// The kernel forgets a TCP flow whose only answer is a reset as that crosses the router for the first time
/// (`nf_conntrack_tcp_packet`); behind the middlebox it needs a rule. Who asks a closed port through a middlebox may
/// hear nothing where AWS brings the reset.
struct MiddleboxRules {
    /// Instances' interfaces without the source/destination check.
    private let ports: [RouterPort]

    init(_ ports: [RouterPort]) {
        self.ports = ports.filter { if case .instance = $0.kind { !$0.checksSource } else { false } }
    }

    /// Bits 2 to 15 of a flow's mark; below are its two ends, above load balancers. Of more than seven interfaces some
    /// share theirs.
    private static let firstBit = 2
    private static let places = 7

    private func bit(_ position: Int, isReply: Bool) -> UInt32 {
        1 << UInt32(Self.firstBit + position % Self.places * 2 + (isReply ? 1 : 0))
    }

    private enum Gate: CaseIterable {
        case egress, ingress

        init(_ field: NftStatement.Field) { self = field == .inputInterface ? .egress : .ingress }

        var field: NftStatement.Field { self == .egress ? .inputInterface : .outputInterface }
        /// The address that is the middlebox's own when the packet is.
        var address: NftStatement.AddressField { self == .egress ? .source : .destination }
        var suffix: String { self == .egress ? "out" : "in" }
        var guardChain: String { self == .egress ? "egress" : "ingress" }
        var throughSet: String { "through_\(suffix)" }
        var rememberSet: String { "remember_\(suffix)" }
    }

    var sets: [NftSet] {
        guard !ports.isEmpty else { return [] }
        return Gate.allCases.flatMap { gate in
            [(gate.throughSet, "through"), (gate.rememberSet, "remember")].map { name, chain in
                NftSet(
                    name, key: [.interface], data: .verdict,
                    elements: ports.map {
                        .init([.interface($0.device.name)], .verdict(.jump("\(chain)-\($0.name)-\(gate.suffix)")))
                    })
            }
        }
    }

    /// Before the gate asks what it remembers of a flow's ends.
    func gateRules(_ field: NftStatement.Field) -> [NftRule] {
        ports.isEmpty ? [] : [NftRule([.verdictMap([field], Gate(field).throughSet)])]
    }

    /// Before the gate remembers an end.
    func trackRules(_ field: NftStatement.Field) -> [NftRule] {
        ports.isEmpty ? [] : [NftRule([.verdictMap([field], Gate(field).rememberSet)])]
    }

    var chains: [NftChain] {
        ports.enumerated().flatMap { position, port in
            Gate.allCases.flatMap { [through(port, position, $0), remember(port, position, $0)] }
        }
    }

    private func through(_ port: RouterPort, _ position: Int, _ gate: Gate) -> NftChain {
        let answers = [false, true].map { isReply in
            NftRule([
                .connectionDirection(isReply: isReply), .connectionMark(bit: bit(position, isReply: !isReply)),
                .verdict(.accept),
            ])
        }
        return NftChain(
            "through-\(port.name)-\(gate.suffix)",
            rules: own(port, gate) + answers + [
                NftRule([.related, .verdict(.accept)]),
                NftRule([.verdict(.goto("\(gate.guardChain)-\(port.name)"))]),
            ])
    }

    private func remember(_ port: RouterPort, _ position: Int, _ gate: Gate) -> NftChain {
        let bits = [false, true].map { isReply in
            NftRule([
                .connectionDirection(isReply: isReply), .setConnectionMark(bit: bit(position, isReply: isReply)),
                .verdict(.accept),
            ])
        }
        return NftChain("remember-\(port.name)-\(gate.suffix)", rules: own(port, gate) + bits)
    }

    /// What the middlebox itself sends or gets is a flow like any other.
    private func own(_ port: RouterPort, _ gate: Gate) -> [NftRule] {
        port.addresses.map { NftRule([.address(gate.address, CIDRBlock($0)), .verdict(.return)]) }
    }
}
