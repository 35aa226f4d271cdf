public import CloudModel
public import IPAddressing
public import KernelObjects

/// The kernel state that makes a lab: every namespace with all that is in it, and the wires between them.
///
/// A pure function of the lab: the same file gives the same plan to the byte.
public struct LabPlan: Sendable {
    public let lab: Lab
    /// In the order in which they are made.
    public let nodes: [NodePlan]
    /// Grouped by the node that makes them (the near end).
    public let veths: [Veth]
    /// To be given to the next plan of the same running lab.
    public let numbering: Numbering
    /// What has failed, and the nodes of which it takes at least one interface, in the order of the plan.
    public let outages: [(outage: Outage, nodes: [String])]

    /// Compiles a validated lab.
    ///
    /// - Parameter numbering: The numbers of the plan that the lab runs by; none for a lab that is made anew.
    public init(_ lab: Lab, numbering: Numbering = Numbering()) {
        var builder = PlanBuilder(lab: lab, numbering: numbering)
        builder.build()
        self.lab = lab
        self.numbering = builder.numbers.given
        let cutOff = builder.cutOff
        outages = lab.outages.map { outage in
            (outage, builder.nodes.map(\.name).filter { cutOff[outage]?.contains($0) == true })
        }
        nodes = builder.nodes
        veths = builder.veths
    }

    public func node(_ name: String) -> NodePlan? { nodes.first { $0.name == name } }

    /// What people see under `/run/netns`: `private-nat.app`.
    public static func namespaceName(lab: String, node: String) -> String { "\(lab).\(node)" }
}

/// One namespace of a lab.
public struct NodePlan: Sendable {
    /// What box of the AWS diagram it is.
    public enum Role: String, Sendable {
        case internet = "the Internet"
        case internetHost = "Internet host"
        case internetGateway = "Internet gateway"
        case router = "VPC router"
        case natGateway = "NAT gateway"
        case loadBalancer = "load balancer"
        case instance = "instance"
        case task = "ECS task"
        case endpoint = "endpoint"
        case transitGateway = "transit gateway"

        /// Its inside belongs to the user: programs run there, and interfaces and rules of their own are no drift.
        public var isGuest: Bool { [.instance, .task, .internetHost].contains(self) }
    }

    public let name: String
    public let role: Role
    /// How errors and comments call it: `instance app`.
    public var subject: String { "\(role.rawValue) \(name)" }
    public var sysctls: [Sysctl] = []
    /// Ends made by another node, which must be raised here.
    public var devices: [Device] = []
    /// Devices that answer ARP for others, at once.
    public var proxyARP: [Device] = []
    public var addresses: [InterfaceAddress] = []
    public var routes: [KernelRoute] = []
    public var rules: [KernelRule] = []
    public var neighbors: [Neighbor] = []
    public var nft: NftTable?
    public var sockets: [SocketPlan] = []
    /// Where `resolv.conf` of its processes points; empty for nodes without a resolver.
    public var resolvers: [IPv4Address] = []
    public var searchDomains: [String] = []

    init(_ name: String, _ role: Role) {
        self.name = name
        self.role = role
    }

    /// The address people know it by: the one of `eth0`, if it has one.
    public var address: IPv4Address? { addresses.first { $0.device.name == "eth0" }?.address }
}

/// A server that waits in a node.
public struct SocketPlan: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        case http, tcp, udp, apt, metadata
        /// Not sockets of ours: dnsmasq, nginx, sshd and iperf3 open them.
        case dns, https, registry, ssh, iperf3
    }

    public var kind: Kind
    public var port: UInt16
    /// `nil` means every address of the node.
    public var address: IPv4Address?
    public var owner: String
}
