public import CloudModel
public import IPAddressing

extension Lab {
    /// The same lab, in which a connection ends at an application load balancer, whatever its listener does with it: what
    /// a packet says of one. Its handshake is the node's own, with all targets gone, too.
    public var endingAtApplicationBalancers: Lab {
        var lab = self
        for vpc in lab.vpcs.indices {
            for balancer in lab.vpcs[vpc].loadBalancers.indices
            where lab.vpcs[vpc].loadBalancers[balancer].kind == .application {
                for listener in lab.vpcs[vpc].loadBalancers[balancer].listeners.indices {
                    lab.vpcs[vpc].loadBalancers[balancer].listeners[listener].action = .fixedResponse(status: 200)
                }
            }
        }
        return lab
    }

    /// Connections that the nodes of application load balancers make themselves: each to every target it may choose.
    public var balancerConnections: [BalancerConnection] {
        vpcs.flatMap { vpc in
            vpc.loadBalancers.filter { $0.kind == .application }.flatMap { balancer in
                balancer.nodes.flatMap { node in
                    balancer.listeners.flatMap { listener -> [BalancerConnection] in
                        guard case .forward(let name) = listener.action, let group = vpc.targetGroup(name) else {
                            return []
                        }
                        return vpc.targets(of: group, from: node, of: balancer).map {
                            BalancerConnection(
                                node: node.name, source: node.interface.privateAddress, target: $0.address,
                                port: $0.target.port)
                        }
                    }
                }
            }
        }
    }

    /// The addresses of application load balancers, private and public.
    public var applicationBalancerAddresses: Set<IPv4Address> {
        Set(
            vpcs.flatMap(\.loadBalancers).filter { $0.kind == .application }.flatMap(\.nodes).flatMap {
                [$0.interface.privateAddress] + ($0.interface.publicAddress.map { [$0] } ?? [])
            })
    }
}

/// The second of the two connections by which an application load balancer leads a request to a target.
public struct BalancerConnection: Hashable, Sendable {
    /// The load balancer's node that begins it.
    public let node: String
    /// That node's own address.
    public let source: IPv4Address
    public let target: IPv4Address
    public let port: UInt16

    public var flow: Flow { Flow(from: .address(source), to: .address(target), .tcp(port: port)) }
}
