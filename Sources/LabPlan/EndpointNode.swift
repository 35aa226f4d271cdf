import CloudModel
import IPAddressing
import KernelObjects

/// What stands at the far side of an endpoint: a host that answers HTTP in the service's name.
enum EndpointNode {
    private static let ports: [UInt16] = [80, 443]

    static func plans(_ endpoint: VPCEndpoint, in vpc: VPC, builder: PlanBuilder) -> [NodePlan] {
        switch endpoint.kind {
        case .gateway(let list): [gateway(endpoint, builder.lab.prefixList(list)?.blocks ?? [], builder)]
        case .interface(let interfaces): interfaces.map { interface($0, of: endpoint, in: vpc) }
        }
    }

    /// The service has every address of the prefix list.
    private static func gateway(_ endpoint: VPCEndpoint, _ blocks: [CIDRBlock], _ builder: PlanBuilder) -> NodePlan {
        var node = NodePlan(endpoint.name, .endpoint)
        node.devices = [InstanceNode.device]
        node.neighbors = [
            Neighbor(
                TransitAddress.router, mac: builder.gatewayMAC(of: endpoint.name), device: InstanceNode.device)
        ]
        node.routes = blocks.map { KernelRoute($0, kind: .local, device: .loopback, owner: "prefix list") }
        node.routes.append(
            KernelRoute(.everywhere, via: TransitAddress.router, device: InstanceNode.device, owner: node.subject))
        node.sockets = sockets(endpoint)
        return node
    }

    private static func interface(_ interface: NetworkInterface, of endpoint: VPCEndpoint, in vpc: VPC) -> NodePlan {
        var node = NodePlan(interface.name, .endpoint)
        InstanceNode.attach(&node, interface, number: 0, subnet: vpc.subnet(interface.subnet))
        node.sockets = sockets(endpoint)
        return node
    }

    private static func sockets(_ endpoint: VPCEndpoint) -> [SocketPlan] {
        ports.map { SocketPlan(kind: .http, port: $0, owner: "endpoint \(endpoint.name)") }
    }
}
