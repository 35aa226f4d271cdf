public import CloudModel
import IPAddressing
import LabPlan
public import LabRunner
import Probes

/// One scan outside any check.
public struct AdHocScan: Sendable {
    public struct Port: Hashable, Sendable, Encodable {
        public let address: String
        /// 0 for hosts that answered an echo request.
        public let port: Int
        /// `tcp`, `udp` or `icmp`.
        public let `protocol`: String
        /// The node that has the address.
        public let node: String?
    }

    public struct Story: Hashable, Sendable, Encodable {
        public let open: [Port]
        public let alive: [Port]
        /// `open`, `closed`, `filtered`, `unreachable`: how many TCP and UDP ports.
        public let counts: [String: Int]
        public let sent: Int
        /// Rules that dropped packets meanwhile.
        public let drops: [AdHocProbe.Drop]
        public let milliseconds: Double
    }

    private let lab: RunningLab
    private let sender: String
    private let target: ScanTarget

    public init(_ lab: RunningLab, from sender: String, _ target: ScanTarget) {
        self.lab = lab
        self.sender = sender
        self.target = target
    }

    public func run() throws -> Story {
        let places = Places(lab: lab)
        let addresses: [IPv4Address]
        let node: MadeNode
        do {
            node = try places.sender(sender)
            addresses = try places.addresses(target.hosts, from: node)
        } catch let unknown as Places.Unknown {
            throw LabRunnerError(.input, unknown.description)
        }
        var ledger = try Ledger(lab)
        let outcome = try PortScan(
            from: node.namespace,
            targets: [.init(addresses: addresses, tcp: target.tcp, udp: target.udp, ping: target.ping)], threads: 2,
            deadline: .seconds(120)
        ).run()
        try ledger.close(lab)
        guard outcome.isComplete else {
            let reason = outcome.sendError.map { SystemErrorText.of($0) } ?? "its deadline passed"
            throw LabRunnerError(.system, "the scan could not ask every port: \(reason)")
        }
        func ports(_ ends: [SocketAddress], _ layer: String) -> [Port] {
            ends.map {
                Port(
                    address: "\($0.address)", port: Int($0.port), protocol: layer, node: places.node(at: $0.address))
            }
        }
        var counts: [String: Int] = [:]
        for (state, count) in Array(outcome.tcp.tally) + Array(outcome.udp.tally) {
            counts[state.word, default: 0] += count
        }
        return Story(
            open: ports(outcome.open, "tcp") + ports(outcome.udp.all(.open), "udp"),
            alive: ports(outcome.hosts.all(.open), "icmp"), counts: counts, sent: outcome.sent,
            drops: ledger.rules(of: "").map { .init(owner: $0.owner, node: $0.node, packets: $0.packets) }
                .sorted { ($1.packets, $0.owner) < ($0.packets, $1.owner) },
            milliseconds: outcome.duration.seconds * 1000)
    }
}

extension PortState {
    fileprivate var word: String {
        switch self {
        case .open: "open"
        case .closed: "closed"
        case .filtered: "filtered"
        case .unreachable: "unreachable"
        case .notProbed: "not probed"
        }
    }
}
