import CloudModel
import IPAddressing
import LabPlan
import LabServices
import LinuxSystem

/// The keys and certificates of one lab, made whenever its background process is started.
struct LabCertificates {
    /// By node.
    let certificates: [String: Certificate]
    /// sshd's host key; `nil` where nothing speaks SSH.
    let hostKey: String?

    /// Where they all are once they are made.
    static func planned(_ plan: LabPlan, state: StateFolder) -> LabCertificates {
        let authority = CertificateAuthority(folder: state.path)
        let subjects = plan.lab.tlsSubjects(plan)
        return LabCertificates(
            certificates: Dictionary(
                subjects.map { ($0.node, authority.certificate("tls-\($0.node)")) },
                uniquingKeysWith: { first, _ in first }),
            hostKey: plan.needsHostKey ? hostKeyFile(state) : nil)
    }

    private static func hostKeyFile(_ state: StateFolder) -> String { "\(state.path)/ssh_host_key" }

    /// Makes the lab's authority and a certificate for every node that speaks TLS; nothing for a lab without any.
    static func make(_ plan: LabPlan, state: StateFolder) throws -> LabCertificates {
        let hostKey = try plan.needsHostKey ? makeHostKey(state) : nil
        let subjects = plan.lab.tlsSubjects(plan)
        guard !subjects.isEmpty else { return LabCertificates(certificates: [:], hostKey: hostKey) }
        let authority = CertificateAuthority(folder: state.path)
        try authority.make()
        let jobs = subjects.map { subject in
            { @Sendable in
                try authority.issue("tls-\(subject.node)", names: subject.names, addresses: subject.addresses)
            }
        }
        let made = try inParallel(jobs, threads: 4, name: "netlab-tls").map { try $0.get() }
        try trust(authority, state)
        return LabCertificates(
            certificates: Dictionary(
                zip(subjects.map(\.node), made), uniquingKeysWith: { first, _ in first }), hostKey: hostKey)
    }

    private static func makeHostKey(_ state: StateFolder) throws -> String {
        let file = hostKeyFile(state)
        // When services start again, whoever knew the host still knows it.
        if Files.exists(file) { return file }
        try Program.makeHostKey(file)
        return file
    }

    /// What programs inside the lab trust: whom the machine trusts, and the lab's own authority.
    private static func trust(_ authority: CertificateAuthority, _ state: StateFolder) throws {
        let machine = (try? Files.read("/etc/ssl/certs/ca-certificates.crt", limit: 4 << 20)) ?? ""
        try Files.write(
            machine + Files.read(authority.certificateFile), to: state.trustedCertificates, mode: 0o644)
    }
}

extension LabPlan {
    fileprivate var needsHostKey: Bool { nodes.contains { $0.sockets.contains { $0.kind == .ssh } } }
}

/// Who a server is, in its certificate.
struct TLSSubject {
    let node: String
    let names: [String]
    let addresses: [IPv4Address]
}

extension Lab {
    /// Every node that ends TLS connections.
    func tlsSubjects(_ plan: LabPlan) -> [TLSSubject] {
        let servers = plan.nodes.filter { $0.sockets.contains { $0.kind == .https || $0.kind == .registry } }
        return servers.map { node in
            let host = internet.host(node.name)
            return TLSSubject(
                node: node.name,
                names: host.map { $0.dnsNames + ["\($0.name).example"] } ?? ["\(node.name).lab.internal"],
                addresses: [privateAddress(of: node.name), publicAddress(of: node.name)].compactMap { $0 })
        }
            + vpcs.flatMap(\.loadBalancers).filter { $0.kind == .application }.flatMap { balancer in
                balancer.listeners.contains { $0.transport == .https }
                    ? balancer.nodes.map { node in
                        TLSSubject(
                            node: node.name, names: [balancer.publicName],
                            addresses: [node.interface.privateAddress]
                                + [node.interface.publicAddress].compactMap { $0 }
                        )
                    } : []
            }
    }
}
