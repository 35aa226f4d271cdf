import Glibc
import IPAddressing
import LinuxSystem
import Namespaces
import Probes
import Testing

@Suite struct TCPConnectTests {
    @Test func anOpenPortConnects() throws {
        let topology = try pair()
        let seen = Box<SocketAddress?>(nil)
        _ = topology.keep(
            try TestServer(tcp: 80, in: topology("b")) {
                seen.value = $0.peer
                $0.close()
            })
        let outcome = try TCPConnectProbe(from: topology("a"), to: b(80)).run()
        #expect(outcome.succeeded)
        #expect(outcome.local.address == IPv4Address(10, 9, 0, 1))
        eventually { seen.value == outcome.local }
        report("TCP connect, whole probe", outcome.duration)
    }

    @Test func aClosedPortRefuses() throws {
        let topology = try pair()
        let outcome = try TCPConnectProbe(from: topology("a"), to: b(81)).run()
        #expect(outcome.noReply == .refused)
        #expect(!outcome.isSilent)
    }

    @Test func aDropIsSilent() throws {
        let topology = try pair()
        try topology.nft("b", hook: "input", "tcp dport 82 drop")
        let outcome = try TCPConnectProbe(from: topology("a"), to: b(82), timeout: .milliseconds(150)).run()
        #expect(outcome.isSilent)
        #expect(outcome.noReply == .timedOut)
    }

    @Test(arguments: [("port-unreachable", UInt8(3)), ("admin-prohibited", 13), ("host-unreachable", 1)])
    func aRejectSaysWhichICMPAndFromWhom(type: String, code: UInt8) throws {
        let topology = try pair()
        try topology.nft("b", hook: "input", "tcp dport 83 reject with icmp type \(type)")
        let outcome = try TCPConnectProbe(from: topology("a"), to: b(83)).run()
        #expect(outcome.noReply == .unreachable(ICMPError(type: 3, code: code, from: bAddress)))
    }

    @Test func withoutARouteTheKernelRefuses() throws {
        let topology = try pair()
        let far = SocketAddress(address: IPv4Address(192, 0, 2, 1), port: 80)
        let outcome = try TCPConnectProbe(from: topology("a"), to: far).run()
        #expect(outcome.noReply == .network(ENETUNREACH))
        #expect(!outcome.isSilent)
    }

    @Test func theSourcePortIsKept() throws {
        let topology = try pair()
        _ = topology.keep(try .listener(80, in: topology("b")))
        // A child has a copy of every descriptor until it becomes another program.
        let children = BackgroundJob("nlt-children") {
            for _ in 0..<60 { _ = try command("true") }
        }
        for _ in 0..<300 {
            let outcome = try TCPConnectProbe(from: topology("a"), to: b(80), sourcePort: 4321).run()
            guard outcome.succeeded, outcome.local.port == 4321 else {
                Issue.record("\(outcome)")
                break
            }
        }
        try children.value()
    }

    @Test func aProbeThatCannotBeMadeThrows() throws {
        let topology = try pair()
        _ = topology.keep(try .listener(5000, in: topology("a")))
        #expect(throws: SystemError.self) {
            _ = try TCPConnectProbe(from: topology("a"), to: b(80), sourcePort: 5000).run()
        }
    }
}

@Suite struct UDPTests {
    static func echo(_ topology: Topology, _ port: UInt16) throws -> TestServer {
        topology.keep(
            try TestServer(udp: port, in: topology("b")) { bytes, sender in
                // Noise first: it must be passed over.
                [Array("noise".utf8), Array("netlab b seen-from \(sender)\n".utf8) + bytes]
            })
    }

    @Test func anEchoTellsWhatItSaw() throws {
        let topology = try pair()
        _ = try Self.echo(topology, 7)
        let outcome = try UDPProbe(from: topology("a"), to: b(7)).run()
        #expect(outcome.reply?.seenFrom == SeenFrom(node: "b", source: outcome.local))
        report("UDP echo", outcome.duration)
    }

    @Test func aClosedPortIsUnreachable() throws {
        let topology = try pair()
        let outcome = try UDPProbe(from: topology("a"), to: b(8)).run()
        #expect(outcome.noReply == .unreachable(ICMPError(type: 3, code: 3, from: bAddress)))
    }

    @Test func aDropIsSilent() throws {
        let topology = try pair()
        _ = try Self.echo(topology, 7)
        try topology.nft("b", hook: "input", "udp dport 7 drop")
        #expect(try UDPProbe(from: topology("a"), to: b(7), timeout: .milliseconds(100)).run().isSilent)
    }
}

@Suite struct SeenFromTests {
    @Test func readsBothForms() {
        let source = SocketAddress(address: IPv4Address(203, 0, 113, 11), port: 40_000)
        #expect(SeenFrom(header: "203.0.113.11:40000") == SeenFrom(node: nil, source: source))
        #expect(
            SeenFrom(echo: Array("netlab mirror seen-from 203.0.113.11:40000\nrest".utf8))
                == SeenFrom(node: "mirror", source: source))
    }

    @Test(arguments: [
        "", "1.2.3.4", "1.2.3.4:", "1.2.3.4:65536", "1.2.3.4:+1", "1.2.3.4:1:2", "1.2.3:1", "netlab x seen-from ",
    ])
    func refusesOtherText(text: String) {
        #expect(SeenFrom(header: text) == nil)
        #expect(SeenFrom(echo: Array((text + "\n").utf8)) == nil)
    }
}

@Suite struct ParallelJobsTests {
    struct Failed: Error {}

    @Test func resultsKeepTheOrderAndFailuresStayAlone() throws {
        let jobs = (0..<40).map { number in
            { @Sendable () throws -> Int in
                if number == 7 { throw Failed() }
                usleep(UInt32(40 - number) * 20)
                return number
            }
        }
        let results = inParallel(jobs, threads: 8)
        #expect(results.count == 40)
        for (number, result) in results.enumerated() where number != 7 { #expect((try? result.get()) == number) }
        #expect(throws: Failed.self) { try results[7].get() }
    }

    @Test func noJobsAndOneJob() {
        #expect(inParallel([@Sendable () throws -> Int](), threads: 4).isEmpty)
        #expect(inParallel([{ @Sendable in 5 }], threads: 4).compactMap { try? $0.get() } == [5])
    }

    @Test func jobsReallyRunAtOnce() throws {
        // Each job waits for all others: fewer threads than jobs would never end.
        let arrived = Box(0)
        let jobs = (0..<16).map { _ in
            { @Sendable () throws -> Bool in
                arrived.update { $0 += 1 }
                return waitUntil { arrived.value == 16 }
            }
        }
        #expect(inParallel(jobs, threads: 16).allSatisfy { (try? $0.get()) == true })
    }
}
