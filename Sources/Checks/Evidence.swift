import IPAddressing
import LabRunner
import Nftables
import Probes

/// All that is known of one trial once its phase is over.
struct Evidence: Sendable {
    let trial: Trial
    /// `nil` when the probe could not be made; then `error` says why.
    let observation: Observation?
    let error: String?
    let duration: Duration
    /// Packets that the sender's own interface saw leave towards the target; for scans, those nobody answered.
    let sent: Int
    /// How many packets the rule that stopped it must have counted: all that were sent; of a connection that a reset has
    /// ended, the last.
    var stopped: Int { trial.endsInReset ? min(sent, 1) : sent }
    /// What reached the receiver's interface, in order.
    private(set) var arrived: [Sighting] = []
    let receiver: String?
    /// Packets seen where none may come.
    private(set) var strays: [(node: String, sighting: Sighting)] = []
    /// The capture itself lost packets: nothing may be concluded from what it did not see.
    private(set) var captureLost = 0
    /// The flow at each NAT gateway it went through.
    let translations: [(node: String, flow: TrackedFlow)]
    /// The flow at the receiver, if it handed the packets on to somebody else: a published port of a container.
    private(set) var handedOn: (node: String, flow: TrackedFlow)?
    /// The identifiers of the echo requests that left the sender: what tells its own from others at the receiver.
    let echoIdentifiers: Set<UInt16>
    /// Every port its TCP or UDP connections have, before and after translation.
    private let ports: Set<UInt16>
    /// Resets that came to the sender.
    let resets: Int
    /// What each NAT gateway processed during the phase, where that was measured.
    private(set) var natBytes: [String: UInt64] = [:]

    /// The same with what was measured beside it.
    func with(natBytes: [String: UInt64]) -> Evidence {
        var copy = self
        copy.natBytes = natBytes
        return copy
    }

    /// Evidence that somebody else has gathered.
    init(
        _ trial: Trial, observation: Observation?, error: String? = nil, duration: Duration = .zero, sent: Int = 0,
        arrived: [Sighting] = [], receiver: String? = nil, strays: [(node: String, sighting: Sighting)] = [],
        captureLost: Int = 0, translations: [(node: String, flow: TrackedFlow)] = [],
        echoIdentifiers: Set<UInt16> = [], resets: Int = 0
    ) {
        self.trial = trial
        self.observation = observation
        self.error = error
        self.duration = duration
        self.sent = sent
        self.arrived = arrived
        self.receiver = receiver
        self.strays = strays
        self.captureLost = captureLost
        self.translations = translations
        self.echoIdentifiers = echoIdentifiers
        self.resets = resets
        ports = Self.ports(observation?.local.map { [$0] } ?? [], translations)
    }

    /// Reads the witnesses and the NAT gateways' memory.
    init(
        _ trial: Trial, _ result: Result<Observation, any Error>, vantage: Vantage?, duration: Duration,
        natFlows: [(node: String, flows: [TrackedFlow])]
    ) {
        self.trial = trial
        self.duration = duration
        receiver = vantage?.atReceiver?.node
        var seen: [Sighting] = []
        do {
            seen = try vantage?.atSender?.drain() ?? []
            arrived = (try vantage?.atReceiver?.witness.drain() ?? []).filter { $0.direction == .incoming }
            strays = try (vantage?.offLimits ?? []).flatMap { place in
                try place.witness.drain().filter { $0.direction == .incoming }
                    .filter { Self.isSent($0, by: vantage?.guises, natFlows) }.map { (place.node, $0) }
            }
            captureLost = try (vantage?.all ?? []).reduce(0) { try $0 + $1.dropped }
            observation = Self.completed(try result.get(), by: seen)
            error = nil
        } catch {
            observation = nil
            self.error = "\(error)"
        }
        let observation = self.observation
        // A NAT gateway translates what it sends itself, too, before its own interface sees it.
        let lent = natFlows.filter { $0.node == trial.sender }.flatMap(\.flows).filter { flow in
            observation?.protocolNumber == flow.original.protocolNumber
                && observation?.locals.contains(SocketAddress(flow.original)) == true
        }.map(\.translatedSource.port)
        // Two trials may speak to the same host at once: a port is the probe's own.
        let leaving = seen.filter { sighting in
            sighting.direction == .outgoing
                && (observation.map { observation in
                    observation.locals.isEmpty || lent.contains(sighting.source.port)
                        || observation.locals.contains { $0.port == 0 || $0.port == sighting.source.port }
                } ?? true)
        }
        sent = observation?.unanswered ?? leaving.count
        echoIdentifiers = Set(leaving.compactMap(\.icmp?.identifier))
        func flows(of local: SocketAddress?) -> [(node: String, flow: TrackedFlow)] {
            Self.translations(of: observation, from: local, leaving, natFlows)
        }
        translations = flows(of: observation?.local)
        let reported = Set(observation?.seenFrom ?? [])
        if let own = natFlows.first(where: { $0.node == vantage?.atReceiver?.node }) {
            let flow = own.flows.last { flow in
                reported.contains(SocketAddress(flow.original)) && flow.reply.source != flow.original.destination
            }
            handedOn = flow.map { (own.node, $0) }
        }
        let locals = observation?.locals ?? []
        ports = Self.ports(locals, locals.flatMap(flows))
        resets = seen.count {
            $0.direction == .incoming && $0.tcp?.isReset == true && locals.contains($0.destination)
        }
    }

    /// A program does not say where its connections began: its packets do.
    private static func completed(_ observation: Observation, by seen: [Sighting]) -> Observation {
        guard observation.locals.isEmpty, observation.protocolNumber == ProtocolNumber.tcp else { return observation }
        var observation = observation
        observation.locals = Set(seen.filter { $0.direction == .outgoing }.map(\.source)).sorted()
        return observation
    }

    private static func ports(
        _ locals: [SocketAddress], _ flows: [(node: String, flow: TrackedFlow)]
    ) -> Set<UInt16> { Set(locals.map(\.port) + flows.map(\.flow.translatedSource.port)) }

    /// The flow at each node that translated it, in the order of the way: what leaves the first is what comes to the
    /// second.
    private static func translations(
        of observation: Observation?, from local: SocketAddress?, _ leaving: [Sighting],
        _ natFlows: [(node: String, flows: [TrackedFlow])]
    ) -> [(node: String, flow: TrackedFlow)] {
        var pending = natFlows
        var found = take(from: &pending) { isFlow($0, of: observation, from: local, leaving) }
        while let last = found.last {
            let next = take(from: &pending) { $0.original == last.flow.asItGoesOn }
            if next.isEmpty { break }
            found += next
        }
        // A host of containers also remembers what it passes on as it is.
        return found.filter { $0.flow.changesSource }
    }

    /// Those that fit, and their nodes out of the list: nobody translates a flow twice.
    private static func take(
        from pending: inout [(node: String, flows: [TrackedFlow])], where fits: (TrackedFlow) -> Bool
    ) -> [(node: String, flow: TrackedFlow)] {
        let found = pending.flatMap { node, flows in flows.filter(fits).map { (node: node, flow: $0) } }
        pending.removeAll { entry in found.contains { $0.node == entry.node } }
        return found
    }

    /// Whether a packet is the sender's: by its address, or, where that is a NAT gateway's, by what the gateway
    /// remembers of it.
    private static func isSent(
        _ sighting: Sighting, by guises: Places.Guises?, _ natFlows: [(node: String, flows: [TrackedFlow])]
    ) -> Bool {
        guard let guises, guises.shared.contains(sighting.source.address) else {
            return guises?.own.contains(sighting.source.address) ?? true
        }
        return natFlows.flatMap(\.flows).contains { flow in
            guard guises.own.contains(flow.original.source), flow.original.protocolNumber == sighting.protocolNumber
            else { return false }
            if let message = sighting.icmp { return flow.reply.identifier == message.identifier }
            return flow.translatedSource.port == sighting.source.port
        }
    }

    private static func isFlow(
        _ flow: TrackedFlow, of observation: Observation?, from local: SocketAddress?, _ leaving: [Sighting]
    ) -> Bool {
        guard let observation, let local, let target = observation.target,
            flow.original.protocolNumber == observation.protocolNumber,
            flow.original.source == local.address, flow.original.destination == target.address
        else { return false }
        if observation.protocolNumber == ProtocolNumber.icmp {
            return leaving.contains { $0.icmp?.identifier == flow.original.identifier }
        }
        return flow.original.sourcePort == local.port
    }

    /// The sources that the receiver's own interface saw for this very probe.
    ///
    /// A TCP sequence number or an ICMP identifier survives every translation on the way, so packets are matched by
    /// what the receiver itself reports (its peer's port) or by the translated flow.
    func sources() -> Set<SocketAddress> {
        guard let observation else { return [] }
        var reported = Set(observation.seenFrom)
        if observation.protocolNumber == ProtocolNumber.icmp {
            var identifiers = Set(translations.map(\.flow.reply.identifier))
            // The Internet gateway leaves them alone.
            if identifiers.isEmpty { identifiers = echoIdentifiers }
            for sighting in arrived where sighting.icmp?.type == 8 {
                if let identifier = sighting.icmp?.identifier, identifiers.contains(identifier) {
                    reported.insert(sighting.source)
                }
            }
        } else if reported.isEmpty {
            for sighting in arrived where ports.contains(sighting.source.port) { reported.insert(sighting.source) }
        }
        return reported
    }
}

extension SocketAddress {
    /// Where the flow comes from.
    fileprivate init(_ flow: FlowTuple) { self.init(address: flow.source, port: flow.sourcePort) }
}

extension TrackedFlow {
    fileprivate var changesSource: Bool {
        (original.source, original.sourcePort, original.identifier)
            != (reply.destination, reply.destinationPort, reply.identifier)
    }
}
