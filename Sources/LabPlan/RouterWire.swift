import CloudModel
import IPAddressing
import KernelObjects

/// A wire of the VPC router to something that is neither a network interface nor the Internet gateway.
struct RouterWire {
    enum Kind {
        case peering(VPCPeering, peer: VPC)
        /// The transit gateway's interface in one subnet of its attachment: packets from it are routed by that subnet's
        /// table and meet that subnet's network ACL [Network ACLs for transit gateways].
        case transitGateway(String, subnet: Subnet)
        case gatewayEndpoint(VPCEndpoint)
    }

    let kind: Kind
    let device: Device
    /// Of the other end.
    let mac: MACAddress

    /// The chain that packets from it enter by.
    var chain: String {
        switch kind {
        case .peering(let peering, _): "pcx-\(peering.name)"
        case .transitGateway: "tgw-\(device.name)"
        case .gatewayEndpoint(let endpoint): "vpce-\(endpoint.name)"
        }
    }

    /// The subnet it stands in, for the wires that do.
    var subnet: Subnet? { if case .transitGateway(_, let subnet) = kind { subnet } else { nil } }

    /// What a security group never leaves untracked: flows through gateways that keep state of their own.
    var isAlwaysTracked: Bool { if case .peering = kind { false } else { true } }
}

extension PlanBuilder {
    /// Wires between routers, and between routers and transit gateways: both ends must exist before either is laid
    /// out.
    mutating func wireConnections() {
        for peering in lab.peerings {
            guard let near = lab.vpc(peering.requester), let far = lab.vpc(peering.accepter) else { continue }
            let macs = (nextConnectionMAC(), nextConnectionMAC())
            let wire = connect(
                (near.name, peering.name, macs.0), (far.name, peering.name, macs.1), mtu: Self.vpcMTU)
            add(RouterWire(kind: .peering(peering, peer: far), device: wire.near, mac: macs.1), to: near.name)
            add(RouterWire(kind: .peering(peering, peer: near), device: wire.far, mac: macs.0), to: far.name)
        }
        for gateway in lab.transitGateways { wire(gateway) }
        wireGatewayPeerings()
    }

    /// One wire for each subnet of an attachment: AWS puts an interface there.
    private mutating func wire(_ gateway: TransitGateway) {
        for attachment in gateway.attachments {
            guard let vpc = attachment.vpc.flatMap({ lab.vpc($0) }) else { continue }
            for subnet in attachment.subnets.compactMap({ vpc.subnet($0) }) {
                let macs = (nextConnectionMAC(), nextConnectionMAC())
                let wire = connect(
                    (gateway.name, "\(attachment.name).\(subnet.zone)", macs.0),
                    (vpc.name, "\(gateway.name).\(subnet.zone)", macs.1), mtu: Self.transitMTU)
                add(
                    TransitGatewayPort(attachment: attachment, zone: subnet.zone, device: wire.near, mac: macs.1),
                    to: gateway.name)
                add(
                    RouterWire(
                        kind: .transitGateway(gateway.name, subnet: subnet), device: wire.far, mac: macs.0),
                    to: vpc.name)
            }
        }
    }

    /// Both gateways name the other in an attachment; one wire serves the two.
    private mutating func wireGatewayPeerings() {
        for (position, gateway) in lab.transitGateways.enumerated() {
            for attachment in gateway.attachments {
                guard case .peering(let name) = attachment.resource,
                    let other = lab.transitGateways[(position + 1)...].first(where: { $0.name == name }),
                    let back = other.peeringAttachment(to: gateway.name)
                else { continue }
                let macs = (nextConnectionMAC(), nextConnectionMAC())
                let wire = connect(
                    (gateway.name, attachment.name, macs.0), (other.name, back.name, macs.1), mtu: Self.transitMTU)
                add(
                    TransitGatewayPort(attachment: attachment, zone: nil, device: wire.near, mac: macs.1),
                    to: gateway.name)
                add(TransitGatewayPort(attachment: back, zone: nil, device: wire.far, mac: macs.0), to: other.name)
            }
        }
    }
}
