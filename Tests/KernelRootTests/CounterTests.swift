import IPAddressing
import KernelObjects
import Namespaces
import Netlink
import RouteNetlink
import Testing

@testable import Nftables

@Suite("Counters and connection tracking after real packets", .requiresRoot)
struct CounterTests {
    @Test("rules count the pings that meet them, and no others")
    func counters() throws {
        let sandbox = Sandbox()
        let (near, far) = (try sandbox.namespace("a"), try sandbox.namespace("b"))
        try near.wire(to: far)
        try far.load(
            NftTable(
                chains: [
                    NftChain(
                        "input", base: .init(.filter, .input, priority: 0),
                        rules: [
                            NftRule(
                                [.icmp(type: 8, code: nil), .counter, .verdict(.accept)], owner: "sg app ingress[0]"),
                            NftRule([.ipProtocol(17), .counter, .verdict(.drop)], owner: "sg app ingress"),
                        ])
                ]))
        try near.exec("ping", "-c", "3", "-i", "0.2", "-W", "5", "-s", "56", "10.9.0.2")
        #expect(
            try RuleCounters.read(far.netfilter) == [
                // 56 bytes, 8 of ICMP, 20 of IP.
                RuleCounter(owner: "sg app ingress[0]", chain: "input", drops: false, packets: 3, bytes: 252),
                RuleCounter(owner: "sg app ingress", chain: "input", drops: true, packets: 0, bytes: 0),
            ])
    }

    @Test("a silent drop is counted, and the sender hears nothing")
    func drop() throws {
        let sandbox = Sandbox()
        let (near, far) = (try sandbox.namespace("a"), try sandbox.namespace("b"))
        try near.wire(to: far)
        try far.load(
            NftTable(
                chains: [
                    NftChain(
                        "input", base: .init(.filter, .input, priority: 0, policy: .drop),
                        rules: [NftRule([.counter, .verdict(.drop)], owner: "igw: not a host")])
                ]))
        // The neighbour must be known: ARP is not IP and passes, but its answer must not be what we wait for.
        #expect(throws: CommandFailure.self) { try near.exec("ping", "-c", "2", "-i", "0.2", "-W", "1", "10.9.0.2") }
        let counter = try #require(try RuleCounters.read(far.netfilter).first)
        #expect(counter.packets == 2)
        #expect(counter.drops)
    }

    @Test("a translated ping is in connection tracking both ways")
    func conntrack() throws {
        let sandbox = Sandbox()
        let (near, far) = (try sandbox.namespace("a"), try sandbox.namespace("b"))
        try near.wire(to: far)
        let other = IPv4Address(10, 9, 0, 77)
        try near.route { try $0.add(InterfaceAddress(other, prefixLength: 32, device: .left), subject: "x") }
        try near.load(
            NftTable(
                chains: [
                    NftChain(
                        "postrouting", base: .init(.nat, .postrouting, priority: 100),
                        rules: [NftRule([.ipProtocol(1), .sourceNAT(other, ports: nil)])])
                ]))
        #expect(try Conntrack.flows(near.netfilter).isEmpty)
        try near.exec("ping", "-c", "1", "-W", "5", "10.9.0.2")
        let flow = try #require(try Conntrack.flows(near.netfilter).first)
        #expect(flow.original.protocolNumber == 1)
        #expect(flow.original.source == IPv4Address(10, 9, 0, 1))
        #expect(flow.original.destination == IPv4Address(10, 9, 0, 2))
        #expect(flow.reply.source == IPv4Address(10, 9, 0, 2))
        #expect(flow.translatedSource.address == other)
        #expect(flow.original.identifier == flow.reply.identifier)
        #expect(flow.timeout > 0)
    }

    @Test("the time to live goes up by what the map says, and the checksum stays right")
    func timeToLive() throws {
        let sandbox = Sandbox()
        let (near, far) = (try sandbox.namespace("a"), try sandbox.namespace("b"))
        try near.wire(to: far)
        let map = NftSet(
            "ttl", key: [.timeToLive], data: .value(.timeToLive),
            elements: (1...254).map { .init([.timeToLive(UInt8($0))], .value(.timeToLive(UInt8($0 + 1)))) })
        try far.load(
            NftTable(
                sets: [map],
                chains: [
                    NftChain(
                        "raw", base: .init(.filter, .prerouting, priority: -300),
                        rules: [NftRule([.translateTTL(map: "ttl")])])
                ]))
        try far.nft(
            "-f", "-",
            script: """
                table ip witness {
                    chain c {
                        type filter hook input priority 0;
                        ip ttl 10 counter comment "as sent"
                        ip ttl 11 counter comment "one more"
                        ip ttl 255 counter comment "the most"
                    }
                }

                """)
        try near.exec("ping", "-c", "1", "-W", "5", "-t", "10", "10.9.0.2")
        try near.exec("ping", "-c", "1", "-W", "5", "-t", "254", "10.9.0.2")
        try near.exec("ping", "-c", "1", "-W", "5", "-t", "255", "10.9.0.2")
        let rules = try JSON.object(try far.nft("-j", "list", "table", "ip", "witness"))["nftables"]?.items ?? []
        let counts = rules.compactMap { $0["rule"]?["expr"]?[1]?["counter"]?["packets"]?.number }
        #expect(counts == [0, 1, 2])
    }
}
