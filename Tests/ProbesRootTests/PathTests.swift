import Glibc
import IPAddressing
import Namespaces
import Probes
import Testing

/// `a` – `r1` – `r2` – `b`: two routers in between.
private func chain() throws -> Topology {
    let topology = Topology()
    try topology.link("a", "10.1.0.1", "r1", "10.1.0.2")
    try topology.link("r1", "10.2.0.1", "r2", "10.2.0.2")
    try topology.link("r2", "10.3.0.1", "b", "10.3.0.2")
    try topology.forward("r1")
    try topology.forward("r2")
    try topology.ip("a", "route add default via 10.1.0.2")
    try topology.ip("r1", "route add 10.3.0.0/24 via 10.2.0.2")
    try topology.ip("r2", "route add 10.1.0.0/24 via 10.2.0.1")
    try topology.ip("b", "route add default via 10.3.0.1")
    return topology
}

private let far = IPv4Address(10, 3, 0, 2)

@Suite struct PingTests {
    @Test func repliesCarryTheTTLOfThePath() throws {
        let topology = try chain()
        let outcome = try PingProbe(from: topology("a"), to: far, count: 3).run()
        #expect(outcome.reply?.roundTrips.count == 3)
        #expect(outcome.reply?.timeToLive == 62)
        #expect(outcome.local == SocketAddress(address: IPv4Address(10, 1, 0, 1), port: 0))
        report("3 pings over 2 routers", outcome.duration)
    }

    @Test func aDropIsSilentAndARejectIsNot() throws {
        let topology = try chain()
        try topology.nft("b", hook: "input", "icmp type echo-request drop")
        #expect(try PingProbe(from: topology("a"), to: far, timeout: .milliseconds(100)).run().isSilent)
        try topology.nft("r2", hook: "forward", "reject with icmp type admin-prohibited")
        let outcome = try PingProbe(from: topology("a"), to: far).run()
        #expect(
            outcome.noReply == .unreachable(ICMPError(type: 3, code: 13, from: IPv4Address(10, 2, 0, 2))))
    }

    @Test func aShortTTLDiesOnTheWay() throws {
        let topology = try chain()
        let outcome = try PingProbe(from: topology("a"), to: far, timeToLive: 1).run()
        #expect(
            outcome.noReply == .unreachable(ICMPError(type: 11, code: 0, from: IPv4Address(10, 1, 0, 2))))
    }

    @Test func withoutARouteTheKernelRefuses() throws {
        let topology = try pair()
        let outcome = try PingProbe(from: topology("a"), to: IPv4Address(192, 0, 2, 1)).run()
        #expect(outcome.noReply == .network(ENETUNREACH))
    }

    @Test func manyAtOnceKeepTheirRepliesApart() throws {
        let topology = try chain()
        let namespace = try topology("a")
        let jobs = (0..<16).map { _ in
            { @Sendable in try PingProbe(from: namespace, to: far, count: 20).run() }
        }
        for result in inParallelProbes(jobs) {
            let outcome = try result.get()
            #expect(outcome.reply?.roundTrips.count == 20, "\(outcome)")
        }
    }
}

@Suite struct TracerouteTests {
    private static let path: [IPv4Address?] = [IPv4Address(10, 1, 0, 2), IPv4Address(10, 2, 0, 2), far]

    @Test(arguments: [TracerouteProbe.Carrier.icmp, .udp])
    func findsBothRouters(carrier: TracerouteProbe.Carrier) throws {
        let topology = try chain()
        let outcome = try TracerouteProbe(from: topology("a"), to: far, carrier: carrier).run()
        #expect(outcome.reply?.hops == Self.path)
        #expect(outcome.reply?.reachesDestination == true)
        report("traceroute \(carrier) over 2 routers", outcome.duration)
    }

    @Test func aSilentRouterIsAGap() throws {
        let topology = try chain()
        try topology.nft("r1", hook: "output", "icmp type time-exceeded drop")
        let outcome = try TracerouteProbe(from: topology("a"), to: far, quietTime: .milliseconds(60)).run()
        #expect(outcome.reply?.hops == [nil] + Self.path[1...])
    }

    @Test func aPathThatEndsSilentlyDoesNotReach() throws {
        let topology = try chain()
        try topology.nft("b", hook: "input", "drop")
        let outcome = try TracerouteProbe(from: topology("a"), to: far, quietTime: .milliseconds(60)).run()
        #expect(outcome.reply?.hops == Array(Self.path[..<2]))
        #expect(outcome.reply?.reachesDestination == false)
    }

    @Test func aPathThatIsRefusedSaysByWhom() throws {
        let topology = try chain()
        try topology.ip("r1", "route replace unreachable 10.3.0.0/24")
        let outcome = try TracerouteProbe(from: topology("a"), to: far).run()
        #expect(outcome.reply?.refusal?.from == IPv4Address(10, 1, 0, 2))
        #expect(outcome.reply?.reachesDestination == false)
    }

    @Test func nothingAnywhereIsSilence() throws {
        let topology = try chain()
        try topology.nft("r1", hook: "prerouting", "drop")
        let outcome = try TracerouteProbe(from: topology("a"), to: far, quietTime: .milliseconds(60)).run()
        #expect(outcome.isSilent)
    }
}
