public import LabPlan
import LabServices
import LinuxSystem
public import Namespaces
public import Netlink
public import Nftables

/// A namespace that exists, with the doors opened while we stood in it.
public final class MadeNode: Sendable {
    public let plan: NodePlan
    public let namespace: NetworkNamespace
    /// rtnetlink of this namespace.
    public let route: NetlinkSocket
    /// nftables and connection tracking of this namespace.
    public let netfilter: NetlinkSocket
    /// The servers' sockets, open from the start: the lab never refuses a connection it will serve.
    let listeners: [(plan: SocketPlan, socket: SharedDescriptor)]

    /// Opens everything; to be called on a thread inside the namespace.
    init(_ plan: NodePlan, _ namespace: NetworkNamespace) throws {
        self.plan = plan
        self.namespace = namespace
        route = try NetlinkSocket(.route)
        netfilter = try NetlinkSocket(.netfilter)
        listeners = try plan.sockets.compactMap { socket in
            guard let kind = socket.kind.served else { return nil }
            let descriptor = try ListeningSocket.open(kind, port: socket.port, address: socket.address)
            return (socket, SharedDescriptor(descriptor))
        }
    }

    /// The doors only, for a namespace whose servers run already; on a thread inside it.
    init(attaching plan: NodePlan, _ namespace: NetworkNamespace) throws {
        self.plan = plan
        self.namespace = namespace
        route = try NetlinkSocket(.route)
        netfilter = try NetlinkSocket(.netfilter)
        listeners = []
    }
}

extension SocketPlan.Kind {
    /// `nil` for what a program of its own serves.
    var served: SocketKind? {
        switch self {
        case .http: .http
        case .tcp: .tcp
        case .udp: .udp
        case .apt: .apt
        case .metadata: .metadata
        case .dns, .https, .registry, .ssh, .iperf3: nil
        }
    }
}

extension MadeNode {
    /// What this node's rules have counted, and what a NAT gateway had no port for. Equivalent to
    /// `nft list table ip netlab` and `conntrack -S` inside it.
    ///
    /// - Parameter listed: The rules, where they have just been listed.
    public func ruleCounters(listed: LiveRuleset? = nil) throws -> [RuleCounter] {
        guard plan.nft != nil else { return [] }
        let rules = try listed?.counters ?? RuleCounters.read(netfilter)
        guard let owner = plan.portAllocationOwner else { return rules }
        return rules + [RuleCounter(owner: owner, drops: true, packets: try Conntrack.collisions(netfilter))]
    }

    /// The flows its connection tracking knows. Equivalent to `conntrack -L` inside it.
    public func trackedFlows() throws -> [TrackedFlow] { try Conntrack.flows(netfilter) }
}
