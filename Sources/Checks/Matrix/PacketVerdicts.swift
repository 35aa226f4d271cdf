public import IPAddressing
public import Namespaces
import Probes
public import Reachability

/// What packets say of many destinations and ports, from one sender.
public struct PacketVerdicts: Sendable {
    private let namespace: NetworkNamespace
    private let outcome: PortScan.Outcome
    private let nameServers: Set<IPv4Address>

    /// Sends, and waits for the answers.
    ///
    /// - Parameters:
    ///   - patience: how many times longer than usual to wait for each answer.
    ///   - nameServers: addresses whose UDP port 53 says nothing unless it is asked a real question.
    public init(
        from namespace: NetworkNamespace, to addresses: [IPv4Address], ports: [MatrixPort], patience: Int = 1,
        nameServers: Set<IPv4Address> = []
    ) throws {
        var target = PortScan.Target(addresses: addresses)
        for port in ports {
            switch port {
            case .tcp(let number): target.tcp.append(number...number)
            case .udp(let number): target.udp.append(number...number)
            case .ping: target.ping = true
            }
        }
        self.namespace = namespace
        self.nameServers = nameServers
        outcome = try PortScan(
            from: namespace, targets: [target], tries: 2, quietTime: .milliseconds(100 * patience)
        ).run()
    }

    /// Whether the far end itself answered.
    ///
    /// - Throws: When it was never asked.
    public func isReached(_ address: IPv4Address, _ port: MatrixPort) throws -> Bool {
        switch state(address, port) {
        case .open, .closed: return true
        case .unreachable, .notProbed, nil: return false
        case .filtered:
            guard port == .udp(53), nameServers.contains(address) else { return false }
            let question = DNSProbe(
                from: namespace, name: "netlab.test", server: SocketAddress(address: address, port: 53))
            return try question.run().succeeded
        }
    }

    /// Whether the far end has said that no program listens on the port. The answer to a datagram is then an ICMP error,
    /// which a network ACL may judge otherwise than the answer of a program.
    func isRefused(_ address: IPv4Address, _ port: MatrixPort) -> Bool { state(address, port) == .closed }

    /// What came back, for people.
    public func words(_ address: IPv4Address, _ port: MatrixPort) -> String {
        switch state(address, port) {
        case .open: "an answer"
        case .closed: "a refusal of the host itself"
        case .filtered: "nothing"
        case .unreachable(let type, let code): "ICMP \(type)/\(code)"
        case .notProbed, nil: "the sender's own kernel would not send it"
        }
    }

    private func state(_ address: IPv4Address, _ port: MatrixPort) -> PortState? {
        switch port {
        case .tcp(let number): outcome.tcp[address, number]
        case .udp(let number): outcome.udp[address, number]
        case .ping: outcome.hosts[address, 0]
        }
    }
}
