import CloudModel
import IPAddressing
import LabRunner
import NetlabTesting
import Nftables
import Probes
import Reachability
import Testing

extension RealLabs {
    /// What AWS does, fact by fact, in packets; `docs/fidelity.md` names each test.
    @Suite("Fidelity") enum Fidelity {
        /// A public subnet, a private one behind a NAT gateway, and one whose list and group let nothing pass.
        static let lab = """
            lab: fidelity
            vpc: { cidr: 10.0.0.0/16 }
            internet-gateway: igw
            subnets:
              public:  { cidr: 10.0.0.0/24, routes: { 0.0.0.0/0: igw } }
              private: { cidr: 10.0.1.0/24, routes: { 0.0.0.0/0: nat } }
              shut:    { cidr: 10.0.2.0/24, routes: { 0.0.0.0/0: igw }, network-acl: nothing }
            network-acls:
              nothing: { ingress: [], egress: [] }
            nat-gateways:
              nat: { subnet: public, elastic-ip: 203.0.113.11 }
            security-groups:
              any: { ingress: all }
              nobody: { ingress: [], egress: [] }
            instances:
              web:  { subnet: public, address: 10.0.0.10, elastic-ip: 203.0.113.20, security-groups: any, listens: http }
              twin: { subnet: public, address: 10.0.0.12, elastic-ip: 203.0.113.22, security-groups: any, listens: http }
              app:  { subnet: private, address: 10.0.1.10, security-groups: any, listens: http }
              shut: { subnet: shut, address: 10.0.2.10, elastic-ip: 203.0.113.30, security-groups: nobody }
            internet:
              echo: { address: 198.51.100.40, names: [echo.example], serves: [http, udp] }
            """

        static let echo = IPv4Address(198, 51, 100, 40)
        static let natPublic = IPv4Address(203, 0, 113, 11)
    }
}

extension LabFixture {
    /// A node's namespace and counters.
    func node(_ name: String) throws -> MadeNode { try #require(running.node(name), "\(name)") }

    /// Watches what passes the first interface of a node.
    func witness(_ name: String, _ filter: PacketFilter) throws -> Witness {
        try Witness(in: node(name).namespace, interface: "eth0", filter: filter)
    }

    /// How many packets rules of this owner have dropped, or reset, wherever they stand.
    func drops(_ owner: String) throws -> UInt64 {
        try running.nodes.flatMap { try $0.ruleCounters() }.filter { $0.owner == owner && $0.drops }
            .reduce(0) { $0 + $1.packets }
    }

    /// Sends packets, and waits until rules of this owner have dropped as many.
    func expectDrops(
        _ owner: String, of packets: RawPacket..., from sender: String, _ location: SourceLocation = #_sourceLocation
    ) throws {
        let before = try drops(owner)
        let socket = try RawSender(in: try node(sender).namespace)
        for packet in packets { try socket.send(packet) }
        let stopped = try eventually { try drops(owner) >= before + UInt64(packets.count) }
        let now = try drops(owner)
        #expect(stopped && now == before + UInt64(packets.count), "\(owner): \(now - before)", sourceLocation: location)
    }

    /// What the analysis says of a flow between two nodes, or from a node to an address.
    func predicts(_ sender: String, _ target: IPv4Address, _ transport: Transport) -> Bool {
        ReachabilityIndex(running.lab).isReachable(Flow(from: .node(sender), to: .address(target), transport))
    }

    /// The rule that the analysis blames first.
    func explanation(_ source: Flow.Source, _ target: IPv4Address, _ transport: Transport) -> ExplanationCode? {
        ReachabilityIndex(running.lab).explain(Flow(from: source, to: .address(target), transport)).code
    }

    /// A TCP handshake.
    func handshake(_ sender: String, _ target: IPv4Address, _ port: UInt16) throws -> TCPConnectProbe.Outcome {
        try TCPConnectProbe(from: try node(sender).namespace, to: SocketAddress(address: target, port: port)).run()
    }
}
