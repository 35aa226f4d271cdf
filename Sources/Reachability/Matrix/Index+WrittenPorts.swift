public import CloudModel

extension Lab {
    /// What is worth asking about when nobody says: the ports that security group rules open one by one, those that
    /// servers and load balancers wait on, and ping; 16 at most.
    public var portsOfInterest: [MatrixPort] {
        var ports: Set<MatrixPort> = []
        for vpc in vpcs {
            for rule in vpc.securityGroups.flatMap(\.ingress) {
                switch rule.traffic {
                case .tcp(let range) where range.count == 1: ports.insert(.tcp(range.lowerBound))
                case .udp(let range) where range.count == 1: ports.insert(.udp(range.lowerBound))
                default: break
                }
            }
            for listener in vpc.instances.flatMap(\.listenersOfHost) { ports.insert(listener.matrixPort) }
            for container in vpc.instances.flatMap(\.bridgedContainers).map(\.container) {
                ports.formUnion(container.listeners.map(\.matrixPort))
                for port in container.publishedPorts {
                    ports.insert(port.transport == .udp ? .udp(port.hostPort) : .tcp(port.hostPort))
                }
            }
            for listener in vpc.loadBalancers.flatMap(\.listeners) {
                ports.insert(listener.transport == .udp ? .udp(listener.port) : .tcp(listener.port))
            }
        }
        for listener in internet.hosts.flatMap(\.listeners) { ports.insert(listener.matrixPort) }
        let sorted = ports.sorted { $0.order < $1.order }
        return sorted.prefix(15) + [.ping]
    }
}

extension Listener {
    fileprivate var matrixPort: MatrixPort { kind == .udp || kind == .dns ? .udp(port) : .tcp(port) }
}

extension MatrixPort {
    fileprivate var order: Int {
        switch self {
        case .tcp(let port): Int(port)
        case .udp(let port): 65_536 + Int(port)
        case .ping: 131_072
        }
    }
}
