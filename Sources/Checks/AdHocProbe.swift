public import CloudModel
import LabPlan
public import LabRunner
import Nftables
import Probes

/// One probe outside any check, told with the evidence of both ends.
public struct AdHocProbe: Sendable {
    /// A rule that dropped packets meanwhile.
    public struct Drop: Hashable, Sendable, Encodable {
        public let owner: String
        public let node: String
        public let packets: UInt64
    }

    /// What came of it.
    public struct Story: Hashable, Sendable, Encodable {
        public let from: String
        public let probe: String
        public let succeeded: Bool
        /// What the sender saw, or why the probe could not be made.
        public let saw: String
        /// Of a TLS handshake.
        public let certificate: ServerCertificate?
        /// Packets that left the sender's interface towards the target.
        public let sent: Int
        /// The node behind the target's address, and how many packets of this protocol reached its interface.
        public let receiver: String?
        public let arrived: Int
        /// The source addresses that the other end saw, with the names of their owners.
        public let seenFrom: [String]
        /// The flow at each NAT gateway on the way.
        public let translations: [String]
        /// Rules that dropped packets while the probe ran, most packets first.
        public let drops: [Drop]
        public let milliseconds: Double
    }

    private let lab: RunningLab
    private let trial: Trial

    public init(_ lab: RunningLab, from sender: String, _ probe: Probe) {
        self.lab = lab
        trial = Trial(sender: sender, probe: probe, expect: Expectation())
    }

    public func run() throws -> Story {
        let places = try Result { try Places(lab: lab).settling(trial) }.mapUnknown(lab).get()
        var ledger = try Ledger(lab)
        let vantage = try Result { try Vantage(trial, places) }.mapUnknown(lab).get()
        defer { Witness.close(all: vantage.all) }
        let clock = ContinuousClock()
        let start = clock.now
        let result = Result { try trial.observe(places) }
        try Interruption.check()
        let duration = clock.now - start
        let evidence = Evidence(
            trial, result, vantage: vantage, duration: duration, natFlows: try lab.translatingFlows())
        // After the captures are read: what they have seen leave must be counted, too.
        try ledger.close(lab)
        let observation = evidence.observation
        return Story(
            from: trial.sender, probe: trial.probe.text, succeeded: observation?.succeeded ?? false,
            saw: observation?.saw ?? evidence.error ?? "", certificate: observation?.certificate, sent: evidence.sent,
            receiver: evidence.receiver,
            arrived: evidence.arrived.count, seenFrom: evidence.sources().sorted().map(places.named),
            translations: evidence.translations.map {
                "\($0.node): \($0.flow.original) as \($0.flow.translatedSource.address):\($0.flow.translatedSource.port)"
            },
            drops: ledger.rules(of: "").map { Drop(owner: $0.owner, node: $0.node, packets: $0.packets) }
                .sorted { ($1.packets, $0.owner) < ($0.packets, $1.owner) },
            milliseconds: duration.seconds * 1000)
    }
}

extension Result where Failure == any Error {
    /// A name the lab does not have is the user's mistake.
    fileprivate func mapUnknown(_ lab: RunningLab) -> Result<Success, any Error> {
        mapError { error -> any Error in
            guard let unknown = error as? Places.Unknown else { return error }
            return LabRunnerError(
                .input, unknown.description,
                hint: "its nodes are: \(lab.nodes.map(\.plan.name).joined(separator: ", "))")
        }
    }
}
