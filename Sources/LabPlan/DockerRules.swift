import CloudModel
import IPAddressing
import KernelObjects

/// The rules that Docker keeps on a host with bridged containers.
///
/// Published ports are translated for everybody, the host's own programs and the containers included (as with
/// `userland-proxy: false`; 127.0.0.1 alone leads to no container here). What leaves by an interface of the host gets
/// its address, and keeps its port if that is free, as `masquerade` does.
struct DockerRules {
    private let host: Instance

    init(_ host: Instance) { self.host = host }

    private var owner: String { ContainerNode.owner(host) }
    private static let fromContainers = NftStatement.address(.source, DockerBridge.block)
    private static func outside(_ field: NftStatement.Field) -> NftStatement {
        .interface(field, InstanceNode.device.name)
    }

    var table: NftTable {
        NftTable(
            sets: [],
            chains: [
                direct,
                NftChain("published", base: .init(.nat, .prerouting, priority: -100), rules: published),
                NftChain("published-local", base: .init(.nat, .output, priority: -100), rules: published),
                NftChain("masqueraded", base: .init(.nat, .postrouting, priority: 100), rules: masquerade),
            ])
    }

    private var published: [NftRule] {
        host.bridgedContainers.flatMap { container, address in
            container.publishedPorts.flatMap { port in
                host.interface.privateAddresses.map { own in
                    NftRule(
                        [
                            .address(.destination, CIDRBlock(own)),
                            .destinationPort(port.transport.layer, port.hostPort...port.hostPort),
                            .destinationNAT(address, port: port.containerPort),
                        ], owner: "container \(container.name) ports \(port)")
                }
            }
        }
    }

    /// From outside only published ports lead to a container: nobody gets there by its own address, if some route leads
    /// it to the host. Before any translation, so that answers still bear the host's address.
    private var direct: NftChain {
        NftChain(
            "direct", base: .init(.filter, .prerouting, priority: -300),
            rules: [
                .drop(
                    [Self.outside(.inputInterface), .address(.destination, DockerBridge.block)],
                    owner: "\(owner): not published")
            ])
    }

    private var masquerade: [NftRule] {
        let own = host.bridgedContainers.map { container, address in
            // A container that calls its own published port would be answered by itself, in its own name.
            NftRule(
                [
                    .address(.source, CIDRBlock(address)), .address(.destination, CIDRBlock(address)),
                    .sourceNAT(DockerBridge.gateway, ports: nil),
                ], owner: "container \(container.name)")
        }
        let outside = NftRule(
            [
                Self.fromContainers, Self.outside(.outputInterface),
                .sourceNAT(host.interface.privateAddress, ports: nil),
            ], owner: owner)
        return own + [outside]
    }
}

extension PublishedPort.Transport {
    var layer: NftStatement.PortProtocol {
        switch self {
        case .tcp: .tcp
        case .udp: .udp
        }
    }
}
