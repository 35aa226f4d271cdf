public import IPAddressing

/// A question: can packets of this kind go from here to there, and their answers back?
public struct Flow: Hashable, Sendable {
    /// Where the first packet begins.
    public enum Source: Hashable, Sendable {
        /// An instance (the interface that its guest's routes choose), an Internet host, or a virtual private gateway: who is
        /// behind it.
        case node(String)
        /// A network interface by its name.
        case interface(String)
        /// Whoever has this address: an interface, else the Internet.
        case address(IPv4Address)
        /// A host on the Internet, of the lab or not.
        case internet(IPv4Address)
        /// At the router of a subnet, as if sent by nobody in particular; the address is the packet's source.
        case subnetRouter(String, source: IPv4Address)
        /// At the implicit router of a VPC, behind all route tables.
        case vpcRouter(String, source: IPv4Address)
    }

    public enum Destination: Hashable, Sendable {
        case address(IPv4Address)
        /// An instance, NAT gateway, load balancer, endpoint or Internet host: its public address for who asks from the
        /// Internet, its private one inside.
        case node(String)
    }

    public var source: Source
    public var destination: Destination
    public var transport: Transport
    /// What the sender may choose as its own port. Linux chooses from 32768–60999.
    public var sourcePorts: ClosedRange<UInt16>
    /// Another source address than the first one of the interface.
    public var sourceAddress: IPv4Address?

    public init(
        from source: Source, to destination: Destination, _ transport: Transport,
        sourcePorts: ClosedRange<UInt16> = Flow.linuxEphemeralPorts, sourceAddress: IPv4Address? = nil
    ) {
        self.source = source
        self.destination = destination
        self.transport = transport
        self.sourcePorts = sourcePorts
        self.sourceAddress = sourceAddress
    }

    /// `net.ipv4.ip_local_port_range` of an untouched Linux.
    public static let linuxEphemeralPorts: ClosedRange<UInt16> = 32_768...60_999
    /// What NAT gateways and load balancers choose from [vpc-nat-gateway].
    public static let translatedPorts: ClosedRange<UInt16> = 1024...65_535
}
