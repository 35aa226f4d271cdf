import Checks
import CloudModel
import Glibc
import IPAddressing
import LabPlan
import LabRunner
import LinuxSystem
import Namespaces
import NetlabTesting
import Nftables
import Reachability
import Testing

/// The suite's cases once more, as packets through the kernel: an imported account comes up as a lab without services,
/// every case's packet is sent, and either the far end itself answers or the rule that the explanation names has
/// counted it.
@Suite("Agreement with Batfish, packet by packet", .requiresRoot, .serialized)
struct KernelConformanceRootTests {
    static let snapshots = Set(ConformanceSuite.cases.map(\.snapshot)).sorted()

    @Test("every case that a packet can be sent for", arguments: snapshots)
    func packets(snapshot: String) throws {
        let imported = try ImportedSnapshot(snapshot)
        let cases = ConformanceSuite.cases.filter { $0.snapshot == snapshot && Self.canBeSent($0, in: imported.lab) }
        // Load balancers are analysed, and not yet built.
        guard !cases.isEmpty else { return #expect(imported.lab.vpcs.contains { !$0.loadBalancers.isEmpty }) }
        var lab = imported.lab
        lab.internet.hosts = Self.outsideHosts(cases, imported.lab)
        // A lab for each case: groups remember flows of other protocols by address for ten minutes, so the packet of one
        // case would open the way for its mirror image in the next, in AWS as here.
        let differences = try cases.flatMap { test in
            let name = "nlt-\(getpid())-\(test.id.lowercased())"
            let running = try LabUp(
                lab, name: name, labText: "", settings: RunnerSettings(program: "/bin/false", aptRoot: nil),
                services: false
            ).run()
            let outcome = Result { try Self.differences(test, imported, running) }
            _ = try LabDown(name).run()
            return try outcome.get()
        }
        #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))")
    }

    /// From an instance, or from the Internet to a public address that somebody holds.
    private static func canBeSent(_ test: ConformanceCase, in lab: Lab) -> Bool {
        guard let destination = IPv4Address(test.destinationAddress), test.expect != "REACHABLE" else { return false }
        let balancers = lab.vpcs.flatMap(\.loadBalancers).flatMap(\.nodes).map(\.interface.privateAddress)
        if balancers.contains(destination) { return false }
        if ImportedSnapshot.outside.contains(test.ingress) {
            return lab.vpcs.contains { vpc in
                (vpc.natGateways.map(\.elasticIP) + vpc.instances.map(\.interface.publicAddress))
                    .contains(destination)
            }
        }
        return lab.vpcs.contains { $0.instance(test.ingress) != nil }
    }

    /// Those who send from the Internet, and those who are asked there.
    private static func outsideHosts(_ cases: [ConformanceCase], _ lab: Lab) -> [InternetHost] {
        var addresses: Set<IPv4Address> = []
        for test in cases {
            let isOutside = ImportedSnapshot.outside.contains(test.ingress)
            let text = isOutside ? test.sourceAddress : test.destinationAddress
            guard let address = IPv4Address(text), !address.isPrivateOrShared else { continue }
            if !lab.vpcs.contains(where: { $0.contains(address) }) { addresses.insert(address) }
        }
        return addresses.sorted().enumerated().map { InternetHost(name: "out-\($0)", address: $1) }
    }

    private static func differences(
        _ test: ConformanceCase, _ snapshot: ImportedSnapshot, _ running: RunningLab
    ) throws -> [String] {
        let source = IPv4Address(test.sourceAddress)
        let node =
            ImportedSnapshot.outside.contains(test.ingress)
            ? running.nodes.first { $0.plan.address == source } : running.node(test.ingress)
        guard let node, let destination = IPv4Address(test.destinationAddress) else {
            return ["\(test.id): nobody can send it"]
        }
        let arrives = !Set(["ACCEPTED", "EXITS_NETWORK"]).isDisjoint(
            with: test.expect.split(separator: " ").map(String.init))
        let transport = try snapshot.transport(test)
        var found: [String] = []
        // Where no port matters, one that no group lists.
        let port = transport.port ?? 4_444
        let before = try drops(running)
        let seen = try PacketVerdicts(from: node.namespace, to: [destination], ports: [.tcp(port)], patience: 2)
        if case .other(let number) = transport {
            if number != 0 || !arrives { try RawPacket(number, to: destination).send(from: node.namespace, times: 3) }
        }
        if transport.port != nil || test.transport == "proto0" {
            let isReached = try seen.isReached(destination, .tcp(port))
            if isReached != arrives { found.append("\(test.id) tcp \(port): \(seen.words(destination, .tcp(port)))") }
        }
        guard !arrives else { return found }
        let flow = try snapshot.flow(test, transport)
        let code = snapshot.index.explain(flow).code
        let owners = owners(of: code)
        let wanted: UInt64 = transport.port == nil ? 3 : 1
        var counted: [String: UInt64] = [:]
        // The kernel carries a packet through veths while it is sent; softirqs of another CPU may end a little later.
        let deadline = ContinuousClock.now + .seconds(3)
        repeat {
            counted = try drops(running).filter { $0.value > before[$0.key] ?? 0 }
            for (owner, packets) in counted { counted[owner] = packets - (before[owner] ?? 0) }
            let sum = counted.filter { entry in owners.contains { entry.key.contains($0) } }.values.reduce(0, +)
            if sum >= wanted { return found }
        } while ContinuousClock.now < deadline
        return found + ["\(test.id): \(code?.rawValue ?? "no code"), and these counted: \(counted)"]
    }

    /// What dropping rules have counted, by owner, in the whole lab.
    private static func drops(_ running: RunningLab) throws -> [String: UInt64] {
        var drops: [String: UInt64] = [:]
        for node in running.nodes {
            for counter in try node.ruleCounters() where counter.drops {
                drops[counter.owner, default: 0] += counter.packets
            }
        }
        return drops
    }

    /// How the rule that stops such packets is called in the kernel.
    private static func owners(of code: ExplanationCode?) -> [String] {
        switch code {
        case .eniSGRulesMismatch, .sgHasNoRules: ["sg "]
        case .subnetACLRestriction: ["acl "]
        case .noRouteToDestination: [": no route"]
        case .noPossibleDestination: ["nobody has this address", "no route"]
        case .protocolRestriction: [": protocol"]
        case .ngwRequiresSourceInVPC, .ngwDestAddressPreservation: ["nat "]
        case .tgwRouteAZRestriction: ["no attachment in zone"]
        default: ["igw", "tgw", "pcx", "rtb"]
        }
    }
}

/// An IP packet without a payload, of a protocol that no port rule matches. RFC 791.
private struct RawPacket {
    private let bytes: [UInt8]
    private let destination: IPv4Address

    /// Addresses in network order; the kernel writes length, identification, checksum and the sender's own address.
    init(_ protocolNumber: UInt8, to destination: IPv4Address) {
        self.destination = destination
        bytes = [0x45, 0, 0, 20, 0, 0, 0, 0, 64, protocolNumber, 0, 0, 0, 0, 0, 0] + destination.bytes
    }

    func send(from namespace: NetworkNamespace, times: Int) throws {
        let socket = OwnedDescriptor(
            owning: try namespace.run { try OwnedDescriptor(socket: AF_INET, socketRaw, Int32(IPPROTO_RAW)).release() })
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = destination.number.bigEndian
        for _ in 0..<times {
            try systemCall("sendto", destination.description) {
                withUnsafePointer(to: &address) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        sendto(socket.raw, bytes, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                    }
                }
            }
        }
    }
}
