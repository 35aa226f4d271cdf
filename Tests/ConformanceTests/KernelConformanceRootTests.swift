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
        let cases = ConformanceSuite.cases.filter { $0.snapshot == snapshot && !Self.isUnsent($0) }
        #expect(!cases.isEmpty)
        var lab = imported.lab
        lab.internet.hosts = Self.outsideHosts(cases, imported.lab)
        for test in cases { Self.addSender(of: test, to: &lab) }
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

    /// What no packet can be sent for: it begins at the VPC's router or at a virtual private gateway, and nobody stands
    /// there. `docs/conformance.md` says it too.
    private static func isUnsent(_ test: ConformanceCase) -> Bool {
        test.ingress.hasPrefix("vpc-") || test.ingress.hasPrefix("vgw-")
    }

    /// A case that begins at a subnet's router with an address of the subnet: whoever has that address sends it.
    private static func addSender(of test: ConformanceCase, to lab: inout Lab) {
        guard let address = IPv4Address(test.sourceAddress),
            let vpc = lab.vpcs.firstIndex(where: { $0.subnet(test.ingress) != nil })
        else { return }
        lab.vpcs[vpc].securityGroups.append(SecurityGroup(name: "sender"))
        lab.vpcs[vpc].instances.append(
            Instance(
                name: Self.sender,
                interface: NetworkInterface(
                    subnet: test.ingress, privateAddress: address, securityGroups: ["sender"])))
    }

    private static let sender = "sender"

    /// Those who send from the Internet, and those who are asked there and whom somebody reaches.
    private static func outsideHosts(_ cases: [ConformanceCase], _ lab: Lab) -> [InternetHost] {
        let held = Set(
            lab.vpcs.flatMap { vpc in
                vpc.instances.compactMap(\.interface.publicAddress) + vpc.natGateways.compactMap(\.elasticIP)
            })
        var addresses: Set<IPv4Address> = []
        for test in cases {
            if ImportedSnapshot.outside.contains(test.ingress) { addresses.insert(Self.source(test)) }
            guard let address = IPv4Address(test.destinationAddress), !address.isPrivateOrShared,
                test.expect.contains("EXITS_NETWORK") || !ImportedSnapshot.outside.contains(test.ingress)
            else { continue }
            if !held.contains(address), !lab.vpcs.contains(where: { $0.contains(address) }) {
                addresses.insert(address)
            }
        }
        return addresses.sorted().enumerated().map { InternetHost(name: "out-\($0)", address: $1) }
    }

    /// The suite writes "(any)" where the source does not matter.
    private static func source(_ test: ConformanceCase) -> IPv4Address {
        IPv4Address(test.sourceAddress) ?? IPv4Address(8, 8, 8, 8)
    }

    /// Through every listener, and by its own address where that is let in: what is predicted to end at the goal is
    /// answered.
    private static func reachable(
        _ test: ConformanceCase, _ snapshot: ImportedSnapshot, _ running: RunningLab
    ) throws -> [String] {
        let goal = test.path?.last ?? ""
        let ends = try snapshot.ways(to: goal, from: snapshot.source(test))
        guard let node = running.node(test.ingress), !ends.isEmpty else { return ["\(test.id): no way to \(goal)"] }
        return try ends.compactMap { address, port in
            let seen = try PacketVerdicts(from: node.namespace, to: [address], ports: [.tcp(port)], patience: 2)
            return try seen.isReached(address, .tcp(port))
                ? nil : "\(test.id) \(address):\(port): \(seen.words(address, .tcp(port)))"
        }
    }

    private static func differences(
        _ test: ConformanceCase, _ snapshot: ImportedSnapshot, _ running: RunningLab
    ) throws -> [String] {
        if test.expect == "REACHABLE" { return try reachable(test, snapshot, running) }
        let source = Self.source(test)
        let node =
            ImportedSnapshot.outside.contains(test.ingress)
            ? running.nodes.first { $0.plan.address == source }
            : running.node(test.ingress) ?? running.node(Self.sender)
        guard let node, let destination = IPv4Address(test.destinationAddress) else {
            return ["\(test.id): nobody can send it"]
        }
        let transport = try snapshot.transport(test)
        let analysis = snapshot.index.explain(try snapshot.flow(test, transport))
        // Behind a virtual private gateway nobody is there to answer.
        let leavesTheLab = analysis.forward.hops.last?.component.kind == .virtualPrivateGateway
        let arrives =
            !leavesTheLab
            && !Set(["ACCEPTED", "EXITS_NETWORK"]).isDisjoint(
                with: test.expect.split(separator: " ").map(String.init))
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
        let code = analysis.code
        // Lost on the Internet, which counts nothing: that nobody answers is all there is to see.
        if analysis.forward.hops.last?.component.kind == .internet { return found }
        let owners = leavesTheLab && code == nil ? [": outside the lab"] : owners(of: code)
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
        case .elbv2ListenersMismatch: ["elb "]
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
