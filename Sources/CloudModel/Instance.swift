public import IPAddressing

/// An EC2 instance with one or more network interfaces, or an ECS task, which has one of its own.
public struct Instance: Hashable, Sendable {
    public var name: String
    public var interface: NetworkInterface
    /// More interfaces than the first, each in a subnet of the same zone.
    public var secondaryInterfaces: [NetworkInterface]
    public var listeners: [Listener]
    /// How it was launched, if it is a task; `nil` for an instance.
    public var launch: TaskLaunch?
    public var origin: Origin

    public init(
        name: String, interface: NetworkInterface, secondaryInterfaces: [NetworkInterface] = [],
        listeners: [Listener] = [], launch: TaskLaunch? = nil, origin: Origin = .none
    ) {
        self.name = name
        self.interface = interface
        self.secondaryInterfaces = secondaryInterfaces
        self.listeners = listeners
        self.launch = launch
        self.origin = origin
    }
}

/// An elastic network interface (ENI): addresses, groups and the source/destination check.
public struct NetworkInterface: Hashable, Sendable {
    /// `eni-0123`; empty in a lab file, where the node's name says it all.
    public var name: String
    public var subnet: String
    public var privateAddress: IPv4Address
    /// Elastic or auto-assigned; the guest never sees it, the Internet gateway maps it.
    public var publicAddress: IPv4Address?
    /// Private addresses beyond the first, each with its own public address or none.
    public var secondaryAddresses: [SecondaryAddress]
    public var securityGroups: [String]
    public var sourceDestinationCheck: Bool

    public init(
        name: String = "", subnet: String, privateAddress: IPv4Address, publicAddress: IPv4Address? = nil,
        secondaryAddresses: [SecondaryAddress] = [], securityGroups: [String] = [],
        sourceDestinationCheck: Bool = true
    ) {
        self.name = name
        self.subnet = subnet
        self.privateAddress = privateAddress
        self.publicAddress = publicAddress
        self.secondaryAddresses = secondaryAddresses
        self.securityGroups = securityGroups
        self.sourceDestinationCheck = sourceDestinationCheck
    }

    /// The first private address, then the secondary ones.
    public var privateAddresses: [IPv4Address] { [privateAddress] + secondaryAddresses.map(\.privateAddress) }

    /// Every private address that has a public one, with it.
    public var associations: [SecondaryAddress] {
        ([SecondaryAddress(privateAddress: privateAddress, publicAddress: publicAddress)] + secondaryAddresses)
            .filter { $0.publicAddress != nil }
    }
}

/// A private address of an interface beyond its first.
public struct SecondaryAddress: Hashable, Sendable {
    public var privateAddress: IPv4Address
    public var publicAddress: IPv4Address?

    public init(privateAddress: IPv4Address, publicAddress: IPv4Address? = nil) {
        self.privateAddress = privateAddress
        self.publicAddress = publicAddress
    }
}

/// A server that waits on a port of a node.
public struct Listener: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Answers HTTP and says which source address it saw.
        case http
        /// Accepts TCP, greets with the source address it saw, closes.
        case tcp
        /// Echoes UDP datagrams, each answer headed by the source address it saw.
        case udp
        /// A Debian package repository over HTTP.
        case apt
        /// A DNS server that knows every name of the lab's Internet.
        case dns
        /// Answers HTTPS, with a certificate of the lab's authority, and says which source address it saw.
        case https
        /// A read-only OCI image registry over HTTPS.
        case registry
        /// A real sshd that takes password attempts and lets nobody in.
        case ssh
        /// A real iperf3 server.
        case iperf3
    }

    public var kind: Kind
    public var port: UInt16

    public init(kind: Kind, port: UInt16) {
        self.kind = kind
        self.port = port
    }
}
