import CloudModel
import IPAddressing
import KernelObjects

/// The Internet: one router to which every host and every Internet gateway is wired.
///
/// It carries everything it is given, even private destinations towards a gateway: the gateway's own filters are what
/// the lab tests, so nothing may hide behind a kinder Internet.
struct InternetCore {
    /// An Internet gateway as seen from outside.
    struct Uplink {
        let gateway: String
        let device: Device
        let mac: MACAddress
        let cidrBlocks: [CIDRBlock]
        let publicAddresses: [IPv4Address]
    }

    static let name = "internet"
    private let internet: Internet
    private var uplinks: [Uplink] = []

    init(_ internet: Internet) { self.internet = internet }

    mutating func attach(_ uplink: Uplink) { uplinks.append(uplink) }

    /// The router and its hosts.
    func plan(_ lab: Lab, builder: inout PlanBuilder) -> [NodePlan] {
        var core = NodePlan(Self.name, .internet)
        core.sysctls = Sysctl.forwarding
        let address = Self.address(avoiding: internet)
        core.addresses.append(InterfaceAddress(address, prefixLength: 32, device: .loopback))
        var hosts: [NodePlan] = []
        for host in internet.hosts {
            let mac = MACAddress(realm: MACRealm.internetHost, host: host.address.number)
            let wire = builder.connect(
                (Self.name, host.name, MACAddress(realm: MACRealm.internetPort, host: host.address.number)),
                (host.name, "eth0", mac), mtu: PlanBuilder.internetMTU)
            core.neighbors.append(Neighbor(host.address, mac: mac, device: wire.near))
            core.routes.append(
                KernelRoute(
                    CIDRBlock(host.address), device: wire.near, source: address, owner: "Internet host \(host.name)"))
            hosts.append(plan(host, gateway: address, device: wire.far))
        }
        addRoutesToGateways(&core)
        return [core] + hosts
    }

    private func plan(_ host: InternetHost, gateway: IPv4Address, device: Device) -> NodePlan {
        var node = NodePlan(host.name, .internetHost)
        node.devices = [device]
        node.addresses = [InterfaceAddress(host.address, prefixLength: 32, device: device)]
        node.routes = [KernelRoute(.everywhere, via: gateway, device: device, owner: node.subject)]
        node.sockets = host.listeners.map {
            SocketPlan(kind: $0.socketKind, port: $0.port, owner: "Internet host \(host.name)")
        }
        node.sysctls += [.unlimitedErrors] + Sysctl.forServers(node.sockets)
        node.resolvers = internet.hosts.filter { $0.listeners.contains { $0.kind == .dns } }.map(\.address)
        return node
    }

    /// Associated public addresses one by one; the rest of the pool, and private ranges, to the first gateway that
    /// claims them.
    private func addRoutesToGateways(_ core: inout NodePlan) {
        var taken: Set<CIDRBlock> = []
        for (position, uplink) in uplinks.enumerated() {
            let nextHop = TransitAddress.internetGateway + position * 4
            core.neighbors.append(Neighbor(nextHop, mac: uplink.mac, device: uplink.device))
            var destinations = uplink.publicAddresses.map { CIDRBlock($0) } + uplink.cidrBlocks
            if position == 0 { destinations.append(internet.publicPool) }
            for destination in destinations where taken.insert(destination).inserted {
                core.routes.append(
                    KernelRoute(
                        destination, via: nextHop, device: uplink.device, owner: "Internet gateway \(uplink.gateway)"))
            }
        }
    }

    /// 192.0.2.1 (RFC 5737 TEST-NET-1), or the next one that no host of the lab has.
    private static func address(avoiding internet: Internet) -> IPv4Address {
        var address = IPv4Address(192, 0, 2, 1)
        while internet.hosts.contains(where: { $0.address == address }) { address = address + 1 }
        return address
    }
}

extension Listener {
    var socketKind: SocketPlan.Kind {
        switch kind {
        case .http: .http
        case .tcp: .tcp
        case .udp: .udp
        case .apt: .apt
        case .dns: .dns
        case .https: .https
        case .registry: .registry
        case .ssh: .ssh
        case .iperf3: .iperf3
        }
    }
}
