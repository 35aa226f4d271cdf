import CloudModel
import IPAddressing
import KernelObjects

/// One network interface as the VPC router sees it.
struct RouterPort {
    enum Kind {
        case natGateway
        case instance
        /// Of an interface endpoint: it answers and never begins.
        case endpoint(String)
    }

    /// The node's name, with a number for its second interface and the next: `app`, `app.1`. Also the name of the
    /// router's end of the wire.
    let name: String
    let kind: Kind
    let addresses: [IPv4Address]
    let subnet: Subnet
    let device: Device
    let securityGroups: [SecurityGroup]
    let checksSource: Bool

    /// NAT gateways have no security groups.
    var hasSecurityGroups: Bool { if case .natGateway = kind { false } else { true } }
}

/// A network interface before it has its wire.
struct PlannedInterface {
    /// The namespace that holds it.
    let node: String
    /// 0 is `eth0`.
    let number: Int
    let kind: RouterPort.Kind
    let interface: NetworkInterface

    var portName: String { number == 0 ? node : "\(node).\(number)" }
}

extension VPC {
    /// Every network interface that is a wire of the router, NAT gateways first.
    var plannedInterfaces: [PlannedInterface] {
        natGateways.map { gateway in
            PlannedInterface(
                node: gateway.name, number: 0, kind: .natGateway,
                interface: NetworkInterface(
                    subnet: gateway.subnet, privateAddress: gateway.privateAddress, sourceDestinationCheck: false))
        }
            + instances.flatMap { instance in
                instance.interfaces.enumerated().map {
                    PlannedInterface(node: instance.name, number: $0.offset, kind: .instance, interface: $0.element)
                }
            }
            + endpoints.flatMap { endpoint in
                endpoint.interfaces.map {
                    PlannedInterface(node: $0.name, number: 0, kind: .endpoint(endpoint.name), interface: $0)
                }
            }
    }
}
