import CloudModel
import IPAddressing
import KernelObjects
import LabPlan
import LabServices
import LinuxSystem
import Namespaces

/// What the background process of a lab shall serve.
struct ServicePlanner {
    let plan: LabPlan
    let state: StateFolder
    let settings: RunnerSettings
    let certificates: LabCertificates

    private var lab: Lab { plan.lab }

    /// The sockets' descriptors are their places in the order of the nodes and their listeners.
    func servicePlan(_ nodes: [MadeNode]) -> ServicePlan {
        let sockets = nodes.flatMap { node in node.listeners.map { (node, $0.plan) } }.enumerated().compactMap {
            (place, listener) -> AdoptedSocket? in
            let (node, plan) = listener
            return plan.kind.served.map {
                AdoptedSocket(
                    descriptor: Int32(place), node: node.plan.name, kind: $0, port: plan.port,
                    vpc: node.plan.role == .router ? node.plan.name : nil)
            }
        }
        return ServicePlan(
            lab: state.name, stateFolder: state.path, aptRoot: settings.aptRoot, sockets: sockets,
            metadata: lab.vpcs.flatMap(metadata),
            programs: nameServers + plan.nodes.flatMap(servers) + balancing.programs,
            balancers: balancing.balancers, balancerNames: balancerNames)
    }

    private var balancing: BalancerPlanner {
        BalancerPlanner(lab: lab, state: state, certificates: certificates)
    }

    private var nameServers: [Program] { plan.nodes.compactMap(nameServer) }

    private var balancerNames: [BalancerNames] {
        plan.nodes.filter { $0.sockets.contains { $0.kind == .dns } }.compactMap {
            balancing.names(program: Self.nameServer($0))
        }
    }

    // MARK: Programs of the distribution

    /// nginx for what speaks TLS, sshd for what takes passwords, iperf3 for what measures.
    private func servers(_ node: NodePlan) -> [Program] {
        guard let address = node.address else { return [] }
        let path = NamedNamespace.path(LabPlan.namespaceName(lab: state.name, node: node.name))
        let secure = node.sockets.compactMap { socket -> NginxConfiguration.Server? in
            switch socket.kind {
            case .https:
                .init(port: socket.port, certificate: certificates.certificates[node.name], content: .echo)
            case .registry:
                .init(
                    port: socket.port, certificate: certificates.certificates[node.name],
                    content: .registry(folder: settings.registryRoot ?? state.path))
            default: nil
            }
        }
        var programs: [Program] = []
        if !secure.isEmpty {
            programs.append(
                .nginx(
                    NginxConfiguration(node: node.name, base: "\(state.path)/nginx-\(node.name)", servers: secure),
                    name: "nginx-\(node.name)", namespacePath: path, listening: address, stateFolder: state.path))
        }
        for socket in node.sockets where socket.kind == .ssh {
            guard let hostKey = certificates.hostKey else { continue }
            programs.append(
                .sshd(
                    name: "sshd-\(node.name)", node: node.name, namespacePath: path, port: socket.port,
                    listening: address, hostKey: hostKey, stateFolder: state.path))
        }
        for socket in node.sockets where socket.kind == .iperf3 {
            programs.append(
                .iperf3(
                    name: "iperf3-\(node.name)", node: node.name, namespacePath: path, port: socket.port,
                    listening: address))
        }
        return programs
    }

    // MARK: Names

    private func nameServer(_ node: NodePlan) -> Program? {
        let sockets = node.sockets.filter { $0.kind == .dns }
        guard let first = sockets.first else { return nil }
        let addresses = sockets.compactMap { $0.address ?? node.address }
        let zone = lab.vpcs.first { $0.name == node.name }.map(zone) ?? internetZone
        return .dnsmasq(
            name: Self.nameServer(node), node: node.name,
            namespacePath: NamedNamespace.path(LabPlan.namespaceName(lab: state.name, node: node.name)), zone: zone,
            listening: addresses, port: first.port, hosts: balancing.names(program: Self.nameServer(node)),
            stateFolder: state.path)
    }

    private static func nameServer(_ node: NodePlan) -> String { "dns-\(node.name)" }

    /// Every public name, and the names AWS gives to public addresses.
    private var internetZone: DNSZone {
        let instances = lab.vpcs.flatMap(\.instances).compactMap { instance in
            instance.interface.publicAddress.flatMap { DNSRecord(DNSRecord.publicName(of: $0), $0) }
        }
        return DNSZone(records: publicNames + instances)
    }

    private var publicNames: [DNSRecord] {
        lab.internet.hosts.flatMap { host in
            (host.dnsNames + ["\(host.name).example"]).compactMap { DNSRecord($0, host.address) }
        }
    }

    /// What the VPC's resolver knows: the Internet, AWS's names for the instances, and the lab's own for them.
    private func zone(_ vpc: VPC) -> DNSZone {
        let instances = vpc.instances.flatMap { instance in
            let interface = instance.interface
            let own = DNSRecord("\(instance.name).lab.internal", interface.privateAddress).map { [$0] } ?? []
            return DNSRecord.names(of: interface.privateAddress, publicAddress: interface.publicAddress) + own
        }
        return DNSZone(records: publicNames + instances)
    }

    // MARK: Instance metadata

    private func metadata(_ vpc: VPC) -> [InstanceMetadata] {
        // Fargate has no instance metadata, and a lab has no host of an EC2 task whose metadata it could show.
        vpc.instances.filter { !$0.isTask }.compactMap { instance in
            let interface = instance.interface
            guard let subnet = vpc.subnet(interface.subnet), let block = vpc.cidrBlocks.first else { return nil }
            let veth = plan.veths.first { $0.far.node == instance.name }
            return InstanceMetadata(
                vpc: vpc.name, name: instance.name, localAddress: interface.privateAddress,
                publicAddress: interface.publicAddress, mac: veth?.far.mac.description ?? "",
                subnetCIDR: "\(subnet.cidrBlock)", vpcCIDR: "\(block)",
                zone: subnet.zone.utf8.count == 1 ? "us-east-1\(subnet.zone)" : subnet.zone,
                securityGroups: interface.securityGroups)
        }
    }
}
