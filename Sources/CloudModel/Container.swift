public import IPAddressing

/// A container that shares the network of its EC2 instance: the ECS network modes `bridge`, `host` and `none`.
///
/// A task in mode `awsvpc` has an interface of its own instead and is an `Instance` with a launch type.
public struct Container: Hashable, Sendable {
    public enum Network: String, Hashable, Sendable, CaseIterable {
        /// A network of its own behind the host's `docker0`; the host lends it its address.
        case bridge
        /// The host's own network: its addresses, its ports.
        case host
        /// Nothing but `lo`.
        case none
    }

    public var name: String
    public var network: Network
    /// Ports of the host that lead into the container. Only in mode `bridge`.
    public var publishedPorts: [PublishedPort]
    public var listeners: [Listener]
    public var origin: Origin

    public init(
        name: String, network: Network = .bridge, publishedPorts: [PublishedPort] = [], listeners: [Listener] = [],
        origin: Origin = .none
    ) {
        self.name = name
        self.network = network
        self.publishedPorts = publishedPorts
        self.listeners = listeners
        self.origin = origin
    }
}

/// A port mapping: what comes to the host's port goes to the container's.
public struct PublishedPort: Hashable, Sendable, CustomStringConvertible {
    public enum Transport: String, Hashable, Sendable, CaseIterable { case tcp, udp }

    public var transport: Transport
    public var hostPort: UInt16
    public var containerPort: UInt16

    public init(_ transport: Transport = .tcp, hostPort: UInt16, containerPort: UInt16) {
        self.transport = transport
        self.hostPort = hostPort
        self.containerPort = containerPort
    }

    /// As Docker writes it: `8080:80`, `53:53/udp`.
    public var description: String { "\(hostPort):\(containerPort)\(transport == .udp ? "/udp" : "")" }
}

/// The network that Docker makes on every host, each for itself.
public enum DockerBridge {
    public static let block = CIDRBlock(containing: IPv4Address(172, 17, 0, 0), prefixLength: 16)
    /// The host's own address in it.
    public static let gateway = block.base + 1
}

extension Instance {
    /// The containers behind `docker0` with their addresses: as Docker gives them, in the order of the file.
    public var bridgedContainers: [(container: Container, address: IPv4Address)] {
        containers.filter { $0.network == .bridge }.enumerated().map { ($1, DockerBridge.gateway + 1 + $0) }
    }

    /// Where the containers' own listeners wait, too.
    public var listenersOfHost: [Listener] {
        listeners + containers.filter { $0.network == .host }.flatMap(\.listeners)
    }
}

extension VPC {
    /// A container by name, with the instance it runs on.
    public func container(_ name: String) -> (container: Container, host: Instance)? {
        for host in instances {
            if let container = host.containers.first(where: { $0.name == name }) { return (container, host) }
        }
        return nil
    }
}

extension Lab {
    /// A container by name, with the instance it runs on.
    public func container(_ name: String) -> (container: Container, host: Instance)? {
        vpcs.lazy.compactMap { $0.container(name) }.first
    }

    /// The address a container has behind `docker0` of its host; only the host and its other containers can use it.
    public func bridgeAddress(of node: String) -> IPv4Address? {
        container(node)?.host.bridgedContainers.first { $0.container.name == node }?.address
    }

    /// Whether two nodes are one host, or containers of one host: between them the VPC has no say.
    public func shareHost(_ one: String, _ other: String) -> Bool {
        func host(_ node: String) -> String { container(node)?.host.name ?? node }
        return host(one) == host(other)
    }

    /// The node whose namespace a node's programs run in: a container in mode `host` runs in its host's.
    public func namespaceNode(of node: String) -> String {
        guard let (container, host) = container(node), container.network == .host else { return node }
        return host.name
    }
}
