import Glibc
import IPAddressing
import LinuxSystem
import Namespaces
import Probes
import Testing

@Suite struct PortScanTests {
    private func scan(
        _ topology: Topology, _ targets: PortScan.Target..., threads: Int = 1
    ) throws -> PortScan.Outcome {
        try PortScan(from: topology("a"), targets: targets, threads: threads).run()
    }

    private let allPorts = PortScan.Target(addresses: [bAddress], tcp: [1...65_535])

    /// What nmap says of each of the ports 1…65535; index is the port.
    private func nmap(_ topology: Topology) throws -> [PortState] {
        let text = try topology.exec("a", "nmap", "-sS", "-n", "-Pn", "-p-", "--reason", "-oX", "-", "\(bAddress)")
        func state(_ word: Substring) -> PortState { word == "open" ? .open : word == "closed" ? .closed : .filtered }
        var result = [PortState](repeating: .notProbed, count: 65_536)
        for part in text.split(separator: "<extraports ").dropFirst() {
            guard let word = part.firstMatch(of: /state="(\w+)"/)?.1 else { continue }
            for match in part.matches(of: /ports="([0-9,-]+)"/) {
                for range in match.1.split(separator: ",") {
                    let ends = range.split(separator: "-").compactMap { Int($0) }
                    for port in ends[0]...ends[ends.count - 1] { result[port] = state(word) }
                }
            }
        }
        for match in text.matches(of: /<port protocol="tcp" portid="(\d+)"><state state="(\w+)"/) {
            if let port = Int(match.1) { result[port] = state(match.2) }
        }
        return result
    }

    @Test func agreesWithNmapPortByPort() throws {
        let topology = try pair()
        for port: UInt16 in [22, 80, 443, 8080, 65_535] { _ = topology.keep(try .listener(port, in: topology("b"))) }
        try topology.nft(
            "b", hook: "input",
            "tcp dport { 1-20, 443, 5000-5100 } drop; tcp dport 6000-6003 reject; tcp dport 7000 reject with tcp reset")
        let outcome = try scan(topology, allPorts)
        #expect(outcome.isComplete)
        #expect(!outcome.isSilent)
        let judge = try nmap(topology)
        var differences: [String] = []
        for port in UInt16(1)...65_535 {
            var ours = outcome.tcp[bAddress, port]
            if case .unreachable = ours { ours = .filtered }
            if ours != judge[Int(port)] {
                differences.append("\(port): \(String(describing: ours)), nmap \(judge[Int(port)])")
            }
        }
        #expect(differences.isEmpty)
        #expect(outcome.open == [22, 80, 8080, 65_535].map(b))
        #expect(outcome.tcp[bAddress, 6000] == .unreachable(type: 3, code: 3))
        #expect(outcome.tcp[bAddress, 7000] == .closed)
        #expect(outcome.received.icmpErrors >= 4)
        #expect(outcome.tcp[bAddress, 0] == nil)
        report("scan of 65,535 ports, mixed", outcome.duration)
    }

    @Test(arguments: [1, 2])
    func findsThreeOpenAmongAllClosed(threads: Int) throws {
        let topology = try pair()
        for port: UInt16 in [1, 30_000, 65_535] { _ = topology.keep(try .listener(port, in: topology("b"))) }
        let outcome = try scan(topology, allPorts, threads: threads)
        #expect(outcome.tcp.tally == [.open: 3, .closed: 65_532])
        #expect(outcome.open == [1, 30_000, 65_535].map(b))
        #expect(outcome.received.resets >= 65_532)
        report("scan of 65,535 ports, closed but 3, \(threads) thread(s)", outcome.duration)
    }

    @Test func filteredIsProvablySilent() throws {
        let topology = try pair()
        try topology.nft("b", hook: "input", "drop")
        let witness = try Witness(in: topology("b"), interface: "a", filter: PacketFilter(onlyOpening: true))
        let outcome = try scan(topology, allPorts)
        #expect(outcome.isSilent)
        #expect(outcome.tcp.tally == [.filtered: 65_535])
        // A sample is asked again, or everything where some queue of the machine dropped a packet meanwhile.
        #expect((65_535 + 1024...2 * 65_535).contains(outcome.sent), "\(outcome.sent)")
        #expect(try witness.count == outcome.sent)
        #expect(outcome.received == PacketCounts())
        witness.close()
        report("scan of 65,535 ports, all filtered", outcome.duration)
    }

    @Test("frames of our own making find what packets find, and a namespace with rules gets packets")
    func framesAndPackets() throws {
        let topology = try pair()
        _ = topology.keep(try .listener(443, in: topology("b")))
        let framed = try scan(topology, allPorts, threads: 2)
        // All but the first questions of each thread, which make the kernel learn the next hop.
        #expect((65_535 - 2 * 3 * 64...65_535).contains(framed.framed), "\(framed.framed)")
        try topology.nft("a", hook: "output", "tcp dport 2000 drop")
        let kernels = try scan(topology, allPorts, threads: 2)
        #expect(kernels.framed == 0)
        #expect(framed.open == [b(443)])
        #expect(kernels.open == framed.open)
        #expect(framed.tcp[bAddress, 2000] == .closed)
        #expect(kernels.tcp[bAddress, 2000] == .notProbed)
    }

    @Test func whatGoesNowhereOrToOneselfIsNoFrame() throws {
        let topology = try pair()
        let own = try PortScan(
            from: topology("a"), targets: [.init(addresses: [IPv4Address(10, 9, 0, 1)], tcp: [1...2000])]
        ).run()
        #expect(own.framed == 0)
        #expect(own.tcp.tally == [.closed: 2000])
    }

    @Test func onePacketInASeaOfDropsBreaksTheSilence() throws {
        let topology = try pair()
        try topology.nft("b", hook: "input", "tcp dport != 777 drop")
        let outcome = try scan(topology, .init(addresses: [bAddress], tcp: [700...800]))
        #expect(outcome.tcp.all(.closed) == [b(777)])
        #expect(outcome.received.total == 1)
        #expect(!outcome.isSilent)
    }

    @Test func lostAnswersAreAskedForAgain() throws {
        let topology = try pair()
        // Every fourth reset is lost: 63, 16, 4, 1, so the fourth asking brings the last.
        try topology.nft("b", hook: "output", "tcp flags rst numgen inc mod 4 == 0 drop")
        let outcome = try scan(topology, .init(addresses: [bAddress], tcp: [1...63]))
        #expect(outcome.tcp.tally == [.closed: 63])
        #expect(outcome.sent == 63 + 16 + 4 + 1)
    }

    @Test(arguments: [25, 3000]) func aLossThatOnlyTheSampleShowsIsMadeGood(oneIn: Int) throws {
        let topology = try pair()
        // Of 65,535 resets some are lost behind a rule, where no counter of ours sees it.
        try topology.nft("b", hook: "output", "tcp flags rst numgen inc mod \(oneIn) == 0 drop")
        let outcome = try scan(topology, allPorts)
        #expect(outcome.tcp.tally == [.closed: 65_535])
        #expect(outcome.sent > 65_535)
    }

    @Test func aBlockOfHostsAndCommonPorts() throws {
        let topology = try pair()
        // The whole block lives on `b`, except that half of it is dropped.
        try topology.ip("a", "route add 203.0.113.0/24 via 10.9.0.2")
        try topology.ip("b", "route add local 203.0.113.0/24 dev lo")
        try topology.nft("b", hook: "input", "ip daddr 203.0.113.128/25 drop")
        _ = topology.keep(try .listener(443, in: topology("b")))
        let block = CIDRBlock(containing: IPv4Address(203, 0, 113, 0), prefixLength: 24)
        let addresses = (0..<256).map { block.base + $0 }
        let ports: [ClosedRange<UInt16>] = [22...22, 25...25, 53...53, 80...80, 443...443, 3306...3306, 8080...8083]
        let outcome = try scan(
            topology, .init(addresses: addresses, tcp: ports, ping: true),
            .init(addresses: [bAddress], tcp: [443...443]))
        #expect(outcome.tcp.count == 2561)
        #expect(outcome.open == [b(443)] + (0..<128).map { SocketAddress(address: block.base + $0, port: 443) })
        #expect(outcome.tcp.tally == [.open: 129, .closed: 128 * 9, .filtered: 1280])
        #expect(outcome.hosts.tally == [.open: 128, .filtered: 128])
        #expect(outcome.received.echoReplies == 128)
        report("scan of 256 hosts × 10 ports, half filtered, with pings", outcome.duration)
    }

    @Test func overlappingTargetsAreAskedOnce() throws {
        let topology = try pair()
        let outcome = try scan(
            topology, .init(addresses: [bAddress, bAddress], tcp: [10...20, 15...25]),
            .init(addresses: [bAddress], tcp: [20...30]))
        #expect(outcome.tcp.count == 21)
        #expect(outcome.tcp.tally == [.closed: 21])
        #expect(outcome.sent == 21)
    }

    @Test func udpPorts() throws {
        let topology = try pair()
        _ = try UDPTests.echo(topology, 53)
        try topology.nft("b", hook: "input", "udp dport 54 drop")
        let outcome = try scan(topology, .init(addresses: [bAddress], udp: [53...55]))
        #expect(outcome.udp[bAddress, 53] == .open)
        #expect(outcome.udp[bAddress, 54] == .filtered)
        #expect(outcome.udp[bAddress, 55] == .closed)
        #expect(outcome.received.datagrams >= 1 && outcome.received.icmpErrors == 1)
    }

    @Test func whatTheKernelWillNotSendIsNotProbed() throws {
        let topology = try pair()
        let outcome = try scan(topology, .init(addresses: [IPv4Address(192, 0, 2, 1)], tcp: [1...10]))
        #expect(outcome.tcp.tally == [.notProbed: 10])
        #expect(outcome.sendError == ENETUNREACH)
        #expect(!outcome.isComplete && !outcome.isSilent)
    }

    @Test func aDeadlineLeavesPortsNotProbed() throws {
        let topology = try pair()
        let outcome = try PortScan(from: topology("a"), targets: [allPorts], deadline: .zero).run()
        #expect(!outcome.isComplete && !outcome.isSilent)
    }

    @Test func twoScansAtOnceDoNotMixUpTheirAnswers() throws {
        let topology = try pair()
        _ = topology.keep(try .listener(80, in: topology("b")))
        let namespace = try topology("a")
        let target = PortScan.Target(addresses: [bAddress], tcp: [1...3000])
        let jobs = (0..<3).map { _ in { @Sendable in try PortScan(from: namespace, targets: [target]).run() } }
        for result in inParallelProbes(jobs) {
            let outcome = try result.get()
            #expect(outcome.open == [b(80)])
            #expect(outcome.tcp.tally == [.open: 1, .closed: 2999])
            #expect(outcome.received.others == 0)
            #expect(outcome.lost == 0)
        }
    }
}
