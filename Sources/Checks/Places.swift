import CloudModel
import IPAddressing
import KernelObjects
import LabPlan
import LabRunner
import Probes

/// Who is where in a running lab, seen from a sender: one name means different addresses inside and outside.
struct Places: Sendable {
    let lab: RunningLab
    /// Names that have been asked for once and for all: of several addresses DNS gives another one every time.
    private(set) var settled: [String: IPv4Address] = [:]

    init(lab: RunningLab) { self.lab = lab }

    /// The same, with the one other end of a trial settled: who looks on looks at the address the probe goes to.
    func settling(_ trial: Trial) throws -> Places {
        guard let host = trial.probe.endpoint?.host else { return self }
        var places = self
        places.settled[host] = try resolve(host, from: sender(trial.sender))
        return places
    }

    /// Something a check names and the lab does not have.
    struct Unknown: Error, CustomStringConvertible {
        let description: String
    }

    private var model: Lab { lab.lab }

    func sender(_ name: String) throws -> MadeNode {
        guard let node = lab.node(name) else { throw Unknown(description: "the lab has no node \(name)") }
        return node
    }

    func vpc(of node: String) -> VPC? { model.vpc(of: node) }
    func privateAddress(of node: String) -> IPv4Address? { model.privateAddress(of: node) }
    func publicAddress(of node: String) -> IPv4Address? { model.publicAddress(of: node) }

    /// A host of the Internet, or a public address of a VPC: packets to it cross an Internet gateway.
    func isOnInternet(_ address: IPv4Address) -> Bool {
        model.internet.isInPool(address) || model.internet.hosts.contains { $0.address == address }
    }

    /// The address under which `sender` would speak to a node: private within one VPC or over a private way to
    /// another, public otherwise. A container is known by its host's, except on that host.
    func address(of node: String, from sender: String) -> IPv4Address? {
        if let inside = model.bridgeAddress(of: node), model.shareHost(node, sender) { return inside }
        let home = vpc(of: sender)
        if let home, let other = vpc(of: node), model.isConnected(home, to: other) { return privateAddress(of: node) }
        return publicAddress(of: node)
    }

    /// The address a host at `destination` sees when a node sends to it through its own public address.
    func visibleAddress(of node: String, at destination: IPv4Address?) -> IPv4Address? {
        guard let home = vpc(of: node) else { return publicAddress(of: node) }
        guard let destination else { return publicAddress(of: node) }
        if DockerBridge.block.contains(destination), let inside = model.bridgeAddress(of: node) { return inside }
        let isPrivate =
            model.vpcs.contains { $0.contains(destination) && model.isConnected(home, to: $0) }
            || endpoint(serving: destination, for: node) != nil
        return isPrivate ? privateAddress(of: node) : publicAddress(of: node)
    }

    /// The gateway endpoint that a node's route table sends packets for that address to.
    func endpoint(serving address: IPv4Address, for node: String) -> String? {
        guard let home = vpc(of: node), let subnet = model.subnet(of: node).flatMap(home.subnet),
            let routes = home.routeTable(subnet.routeTable)?.routes, !home.contains(address)
        else { return nil }
        let best = routes.filter { $0.destination.contains(address) }.max {
            ($0.destination.prefixLength, $1.prefixList == nil ? 0 : 1)
                < ($1.destination.prefixLength, $0.prefixList == nil ? 0 : 1)
        }
        if case .gatewayEndpoint(let name) = best?.target { return name }
        return nil
    }

    /// The source addresses that packets of one node can have by the time they arrive somewhere.
    struct Guises: Sendable {
        /// Nobody else's.
        let own: [IPv4Address]
        /// Those of the NAT gateways in its VPC, which lend them to all.
        let shared: [IPv4Address]

        var all: [IPv4Address] { own + shared }
    }

    func guises(of node: String) -> Guises {
        let gateways = (vpc(of: node)?.natGateways ?? []).filter { $0.name != node }
        return Guises(
            own: [model.bridgeAddress(of: node), privateAddress(of: node), publicAddress(of: node)].compactMap { $0 },
            shared: gateways.flatMap { [$0.privateAddress, $0.elasticIP].compactMap { $0 } })
    }

    /// The node that has an address, private or public, as `sender` would reach it.
    func node(at address: IPv4Address, from sender: String) -> String? {
        if let name = endpoint(serving: address, for: sender) { return name }
        if let name = container(at: address, of: sender) { return name }
        return vpc(of: sender)?.node(at: address) ?? node(at: address)
    }

    /// Every host has the same block behind its `docker0`: only a host and its containers can mean one of them.
    private func container(at address: IPv4Address, of sender: String) -> String? {
        guard DockerBridge.block.contains(address) else { return nil }
        let host = model.container(sender)?.host ?? vpc(of: sender)?.instance(sender)
        return host?.bridgedContainers.first { $0.address == address }?.container.name
    }

    /// The node that has an address, private or public; of several the first in the file.
    func node(at address: IPv4Address) -> String? {
        if let host = model.internet.hosts.first(where: { $0.address == address }) { return host.name }
        for vpc in model.vpcs {
            if let name = vpc.node(at: address) { return name }
        }
        return lab.plan.nodes.first { node in node.addresses.contains { $0.address == address } }?.name
    }

    /// `203.0.113.11 (nat-a)`.
    func named(_ address: IPv4Address) -> String {
        node(at: address).map { "\(address) (\($0))" } ?? "\(address)"
    }

    func named(_ end: SocketAddress) -> String {
        let port = end.port == 0 ? "" : ":\(end.port)"
        return node(at: end.address).map { "\($0) \(end.address)\(port)" } ?? "\(end.address)\(port)"
    }

    // MARK: Finding the other end

    /// Node names first, then addresses; other names are asked of the lab's DNS as the sender would.
    func resolve(_ host: String, from sender: MadeNode) throws -> IPv4Address {
        if let address = IPv4Address(host) ?? settled[host] { return address }
        if lab.node(host) != nil {
            guard let address = address(of: host, from: sender.plan.name) else {
                throw Unknown(description: "\(host) has no address that \(sender.plan.name) could send to")
            }
            return address
        }
        let servers = resolvers(of: sender)
        guard !servers.isEmpty else {
            if let known = model.internet.hosts.first(where: { $0.dnsNames.contains(host) }) { return known.address }
            throw Unknown(description: "\(sender.plan.name) has no DNS server to ask for \(host)")
        }
        let outcome = try DNSProbe.resolve(host, servers: servers, from: sender.namespace)
        guard let address = outcome.reply?.addresses.first else {
            let reason = outcome.noReply?.description ?? outcome.reply?.rcodeName ?? "no address"
            throw Unknown(description: "\(sender.plan.name) could not resolve \(host): \(reason)")
        }
        return address
    }

    func resolvers(of node: MadeNode) -> [SocketAddress] {
        node.plan.resolvers.map { SocketAddress(address: $0, port: 53) }
    }

    /// The addresses a scan means: nodes, addresses, blocks.
    func addresses(_ hosts: [String], from sender: MadeNode) throws -> [IPv4Address] {
        try hosts.flatMap { host -> [IPv4Address] in
            guard let block = CIDRBlock(host) else { return [try resolve(host, from: sender)] }
            guard block.count <= 1 << 16 else { throw Unknown(description: "\(block) is more than 65,536 addresses") }
            return (0..<block.count).map { block.base + $0 }
        }
    }
}

extension VPC {
    /// The node of the VPC that has an address, private or public.
    fileprivate func node(at address: IPv4Address) -> String? {
        for instance in instances where instance.interfaces.contains(where: { $0.has(address) }) {
            return instance.name
        }
        for gateway in natGateways where gateway.privateAddress == address || gateway.elasticIP == address {
            return gateway.name
        }
        return endpoints.lazy.flatMap(\.interfaces).first { $0.has(address) }?.name
            ?? loadBalancers.lazy.flatMap(\.nodes).first { $0.interface.has(address) }?.name
    }
}

extension NetworkInterface {
    fileprivate func has(_ address: IPv4Address) -> Bool {
        privateAddresses.contains(address) || associations.contains { $0.publicAddress == address }
    }
}
