import CloudModel
public import IPAddressing
public import LabRunner
import LinuxSystem
import Namespaces
import Probes
public import Reachability

/// Every pair of a matrix tried by real packets.
///
/// One scan from each node that can send, to every other one. Any answer of the far end itself counts: a reset or an
/// ICMP "port unreachable" says as well as a service that packets get there and back. What does not come out as
/// predicted is tried once more, alone, so that a lost packet is no disagreement.
///
/// An application load balancer answers by itself, whether its targets do or not: a packet to it is compared with what is
/// predicted of the connection that ends there, and the connections it makes to its targets are tried from its nodes.
public struct MatrixVerification: Sendable {
    /// A pair about which packets say otherwise.
    public struct Disagreement: Hashable, Sendable {
        public let from: String
        public let to: String
        public let port: MatrixPort
        public let predicted: Bool
        /// What came back.
        public let seen: String

        public var sentence: String {
            "\(from) → \(to) \(port): predicted \(predicted ? "reachable" : "not reachable"), seen: \(seen)"
        }
    }

    private let lab: RunningLab
    private let matrix: ReachabilityMatrix

    public init(_ lab: RunningLab, _ matrix: ReachabilityMatrix) {
        self.lab = lab
        self.matrix = matrix
    }

    /// - Throws: When a probe cannot be made: a matrix that was not tried is not verified.
    public func run() throws -> [Disagreement] {
        let senders = matrix.ends.indices.filter { matrix.ends[$0].canBegin }
        let jobs = senders.map { from in { @Sendable in try verify(from).disagreements } }
        let second = Dictionary(grouping: lab.lab.balancerConnections, by: \.node)
            .sorted { $0.key < $1.key }.map { own in { @Sendable in try verify(own.value, of: own.key) } }
        return try inParallel(jobs + second, threads: 8).flatMap { try $0.get() }
    }

    /// The connections of one node of an application load balancer, from its own namespace.
    private func verify(_ connections: [BalancerConnection], of name: String) throws -> [Disagreement] {
        try Interruption.check()
        guard let node = lab.node(name) else {
            throw LabRunnerError(.system, "lab \(lab.name) has no node \(name)")
        }
        let index = ReachabilityIndex(lab.lab)
        return try Set(connections).sorted { ($0.target, $0.port) < ($1.target, $1.port) }.compactMap { connection in
            let predicted = index.outcomes(of: connection.flow).contains(true)
            for patience in [1, 4] {
                let seen = try PacketVerdicts(
                    from: node.namespace, to: [connection.target], ports: [.tcp(connection.port)], patience: patience)
                if try seen.isReached(connection.target, .tcp(connection.port)) == predicted { return nil }
                if patience == 4 {
                    return Disagreement(
                        from: name, to: "\(connection.target)", port: .tcp(connection.port), predicted: predicted,
                        seen: seen.words(connection.target, .tcp(connection.port)))
                }
            }
            return nil
        }
    }

    /// One sender's part of the matrix.
    public struct Row: Sendable {
        public let disagreements: [Disagreement]
        /// What answered.
        public let reached: [(address: IPv4Address, port: MatrixPort)]
    }

    /// Tries one row alone.
    public func row(_ from: Int) throws -> Row { try verify(from) }

    /// Whether a datagram is predicted to get there, whatever becomes of a program's answer.
    private func arrives(_ flow: Flow) -> Bool {
        guard case .udp = flow.transport else { return false }
        return ReachabilityIndex(lab.lab).explain(flow).forward.isComplete
    }

    /// Every address behind which a DNS server listens.
    private var nameServers: Set<IPv4Address> {
        let instances = lab.lab.vpcs.flatMap(\.instances).filter { $0.listeners.contains { $0.kind == .dns } }
        let hosts = lab.lab.internet.hosts.filter { $0.listeners.contains { $0.kind == .dns } }
        return Set(
            instances.flatMap { [$0.interface.privateAddress, $0.interface.publicAddress].compactMap { $0 } }
                + hosts.map(\.address))
    }

    private func verify(_ from: Int) throws -> Row {
        try Interruption.check()
        let sender = matrix.ends[from]
        guard let node = lab.node(sender.name) else {
            throw LabRunnerError(.system, "lab \(lab.name) has no node \(sender.name)")
        }
        let others = matrix.ends.indices.filter { $0 != from }
        let first = try PacketVerdicts(
            from: node.namespace, to: others.map { matrix.ends[$0].address(askedBy: sender) }, ports: matrix.ports,
            nameServers: nameServers)
        let balancers = lab.lab.applicationBalancerAddresses
        let ends = balancers.isEmpty ? nil : ReachabilityIndex(lab.lab.endingAtApplicationBalancers)
        let source: Flow.Source = sender.isOnInternet ? .internet(sender.address) : .node(sender.name)
        var wrong: [Disagreement] = []
        var reached: [(address: IPv4Address, port: MatrixPort)] = []
        for to in others {
            let address = matrix.ends[to].address(askedBy: sender)
            for (position, port) in matrix.ports.enumerated() {
                let predicted =
                    ends.flatMap { ends in
                        guard balancers.contains(address) else { return nil }
                        let flow = Flow(from: source, to: .address(address), port.transport)
                        return ends.outcomes(of: flow).contains(true)
                    } ?? matrix.reaches(from, to, port: position)
                guard try first.isReached(address, port) != predicted else {
                    if predicted { reached.append((address, port)) }
                    continue
                }
                let again = try PacketVerdicts(
                    from: node.namespace, to: [address], ports: [port], patience: 4, nameServers: nameServers)
                let isReached = try again.isReached(address, port)
                if isReached { reached.append((address, port)) }
                guard isReached != predicted else { continue }
                // Somebody else with the same address, to whom the sender's packets go, is not who was asked for.
                let byAddress = Flow(from: source, to: .address(address), port.transport)
                if !predicted, ReachabilityIndex(lab.lab).outcomes(of: byAddress).contains(true) { continue }
                if again.isRefused(address, port), arrives(Flow(from: source, to: .address(address), port.transport)) {
                    continue
                }
                wrong.append(
                    Disagreement(
                        from: sender.name, to: matrix.ends[to].name, port: port, predicted: predicted,
                        seen: again.words(address, port)))
            }
        }
        return Row(disagreements: wrong, reached: reached)
    }
}
