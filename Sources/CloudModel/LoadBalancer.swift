/// A load balancer of the Elastic Load Balancing v2 kind.
public struct LoadBalancer: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        /// Layer 7: ends the client's connection and opens its own to a target.
        case application
        /// Layer 4: rewrites packets of one flow to one target.
        case network
    }
    public enum Scheme: String, Hashable, Sendable {
        case internetFacing = "internet-facing"
        case `internal`
    }

    public var name: String
    public var kind: Kind
    public var scheme: Scheme
    /// One a zone.
    public var nodes: [LoadBalancerNode]
    /// The load balancer's own groups; empty for a network load balancer that has none.
    public var securityGroups: [String]
    /// Whether a node also uses targets in other zones. Always on for an application load balancer, off by default
    /// for a network load balancer.
    public var isCrossZone: Bool
    public var listeners: [LoadBalancerListener]
    /// A web application firewall stands before the listeners.
    public var hasWAF: Bool
    public var dnsName: String?
    public var origin: Origin

    public init(
        name: String, kind: Kind, scheme: Scheme, nodes: [LoadBalancerNode] = [], securityGroups: [String] = [],
        isCrossZone: Bool, listeners: [LoadBalancerListener] = [], hasWAF: Bool = false, dnsName: String? = nil,
        origin: Origin = .none
    ) {
        self.name = name
        self.kind = kind
        self.scheme = scheme
        self.nodes = nodes
        self.securityGroups = securityGroups
        self.isCrossZone = isCrossZone
        self.listeners = listeners
        self.hasWAF = hasWAF
        self.dnsName = dnsName
        self.origin = origin
    }
}

/// The load balancer's presence in one zone: a network interface of its own.
public struct LoadBalancerNode: Hashable, Sendable {
    /// `alb-a`.
    public var name: String
    public var zone: String
    public var interface: NetworkInterface

    public init(name: String, zone: String, interface: NetworkInterface) {
        self.name = name
        self.zone = zone
        self.interface = interface
    }
}

/// A port on which a load balancer takes connections, and what it does with them.
public struct LoadBalancerListener: Hashable, Sendable {
    public enum TransportProtocol: String, Hashable, Sendable, CaseIterable {
        case http = "HTTP"
        case https = "HTTPS"
        case tcp = "TCP"
        case tls = "TLS"
        case udp = "UDP"
        case tcpUDP = "TCP_UDP"
    }
    public enum Action: Hashable, Sendable {
        /// To the healthy targets of a group.
        case forward(targetGroup: String)
        /// Answers 301 to HTTPS on this port.
        case redirectToHTTPS(port: UInt16)
        /// Answers by itself.
        case fixedResponse(status: Int)
        /// An action that cannot be reproduced.
        case unsupported(String)
    }

    public var transport: TransportProtocol
    public var port: UInt16
    public var action: Action
    public var origin: Origin

    public init(transport: TransportProtocol, port: UInt16, action: Action, origin: Origin = .none) {
        self.transport = transport
        self.port = port
        self.action = action
        self.origin = origin
    }
}
