import IPAddressing
import KernelObjects
import Nftables
import Testing

/// What `NftBatch` builds, as `nft` sees it.
@Suite("nftables on the kernel", .requiresRoot)
struct RulesetTests {
    /// Statements as we say them are statements as `nft` lists them: `NftStatement.text` says `nft`'s own words.
    static let statements: [NftStatement] = [
        .interface(.inputInterface, "app"), .interface(.outputInterface, "fifteen-letters"),
        .address(.source, CIDRBlock(containing: IPv4Address(10, 0, 0, 0), prefixLength: 16)),
        .address(.destination, CIDRBlock(IPv4Address(10, 0, 1, 10)), not: true),
        .address(.source, CIDRBlock(containing: IPv4Address(100, 64, 0, 0), prefixLength: 10)),
        .address(.source, CIDRBlock(containing: IPv4Address(10, 0, 0, 0), prefixLength: 8), not: true),
        .inSet([.destination], "blocks"), .inSet([.source], "blocks", not: true),
        .inSet([.inputInterface, .destination], "own"), .inSet([.icmpType], "errors"),
        .mark(0x10000), .mark(0x10000, not: true), .ipProtocol(6), .ipProtocol(17), .ipProtocol(1),
        .destinationPort(.tcp, 443...443), .destinationPort(.udp, 8000...8100), .destinationPort(.tcp, 0...65534),
        .icmp(type: nil, code: nil), .icmp(type: 8, code: nil), .icmp(type: 3, code: 4),
        .established, .invalid, .handedOn(true), .handedOn(false), .notrack, .verdictMap([.inputInterface], "ports"),
        .verdictMap([.mark], "marks"),
        .setMark(0x1ffff), .translate(.source, map: "public"), .translate(.destination, map: "public"),
    ]

    static let sets: [NftSet] = [
        NftSet(
            "blocks", key: [.address], isInterval: true,
            elements: ["10.0.0.0/8", "172.16.0.0/12", "192.0.2.7/32"].compactMap(CIDRBlock.init(_:)).map {
                .init([.block($0)])
            }),
        NftSet(
            "own", key: [.interface, .address],
            elements: [.init([.interface("app"), .address(IPv4Address(10, 0, 1, 1))])]),
        NftSet("errors", key: [.icmpType], elements: [.init([.icmpType(3)]), .init([.icmpType(11)])]),
        NftSet(
            "ports", key: [.interface], data: .verdict,
            elements: [.init([.interface("fifteen-letters")], .verdict(.goto("other")))]),
        NftSet("marks", key: [.mark], data: .verdict, elements: [.init([.mark(0x10001)], .verdict(.drop))]),
        NftSet(
            "public", key: [.address], data: .value(.address),
            elements: [.init([.address(IPv4Address(10, 0, 0, 4))], .value(.address(IPv4Address(203, 0, 113, 11))))]),
    ]

    private func table(_ rules: [NftRule], sets: [NftSet] = Self.sets) -> NftTable {
        NftTable(
            sets: sets,
            chains: [
                NftChain("raw", base: .init(.filter, .prerouting, priority: -300), rules: rules), NftChain("other"),
            ])
    }

    /// Rules of a chain as JSON without what differs from load to load.
    private func rules(of chain: String, in box: Box) throws -> [String] {
        let listing = try JSON.object(try box.nft("-j", "list", "ruleset"))["nftables"]?.items ?? []
        return listing.compactMap { $0["rule"] }.filter { $0["chain"]?.text == chain }.map {
            $0.without(["handle", "packets", "bytes"]).line
        }
    }

    @Test("every statement is to nft what nft itself makes of its words")
    func statements() throws {
        let sandbox = Sandbox()
        let (ours, theirs) = (try sandbox.namespace("ours"), try sandbox.namespace("theirs"))
        let rules = Self.statements.enumerated().map { NftRule([$1, .counter], owner: "rule \($0)") }
        try ours.load(table(rules))
        try theirs.load(table([]))
        try theirs.nft("-f", "-", script: rules.map { "add rule ip netlab raw \($0.text)\n" }.joined())
        let (left, right) = (try self.rules(of: "raw", in: ours), try self.rules(of: "raw", in: theirs))
        #expect(left.count == rules.count)
        for (index, pair) in zip(left, right).enumerated() { #expect(pair.0 == pair.1, "\(rules[index].text)") }
        #expect(left.count == right.count)
    }

    @Test("what only some hooks or tables take: source NAT, resets, verdicts, fragments")
    func special() throws {
        let sandbox = Sandbox()
        let (ours, theirs) = (try sandbox.namespace("ours"), try sandbox.namespace("theirs"))
        let chains = [
            NftChain(
                "nat", base: .init(.nat, .postrouting, priority: 100),
                rules: [
                    NftRule([.ipProtocol(6), .sourceNAT(IPv4Address(10, 0, 0, 4), ports: 1024...65535)]),
                    NftRule([.ipProtocol(1), .sourceNAT(IPv4Address(10, 0, 0, 4), ports: nil)]),
                ]),
            NftChain(
                "published", base: .init(.nat, .prerouting, priority: -100),
                rules: [
                    NftRule([
                        .destinationPort(.tcp, 8080...8080), .destinationNAT(IPv4Address(172, 17, 0, 2), port: 80),
                    ])
                ]),
            NftChain(
                "forward", base: .init(.filter, .forward, priority: 0, policy: .drop),
                rules: [
                    NftRule([.ipProtocol(6), .invalid, .counter, .reset], owner: "nat nat-a: unknown flow"),
                    NftRule([.fragment, .counter, .verdict(.drop)], owner: "nat nat-a: fragment"),
                    NftRule([.verdict(.jump("other"))]), NftRule([.verdict(.accept)]),
                ]),
            NftChain("other", rules: [NftRule([.verdict(.return)]), NftRule([.verdict(.goto("last"))])]),
            NftChain("last"),
        ]
        try ours.load(NftTable(chains: chains))
        try theirs.load(NftTable(chains: chains.map { NftChain($0.name, base: $0.base) }))
        let words = chains.flatMap { chain in chain.rules.map { "add rule ip netlab \(chain.name) \($0.text)\n" } }
        try theirs.nft("-f", "-", script: words.joined())
        for chain in chains {
            #expect(try rules(of: chain.name, in: ours) == rules(of: chain.name, in: theirs))
            #expect(try rules(of: chain.name, in: ours).count == chain.rules.count)
        }
    }

    @Test("base chains: hook, priority, policy, type")
    func baseChains() throws {
        let box = try Sandbox().namespace()
        try box.load(
            NftTable(
                chains: [
                    NftChain("a", base: .init(.filter, .prerouting, priority: -300, policy: .drop)),
                    NftChain("b", base: .init(.nat, .postrouting, priority: 100)),
                    NftChain("c", base: .init(.filter, .forward, priority: -10)),
                    NftChain("d", base: .init(.filter, .output, priority: 7)),
                    NftChain("e", base: .init(.filter, .input, priority: 0, policy: .drop)), NftChain("f"),
                ]))
        let listing = try JSON.object(try box.nft("-j", "list", "ruleset"))["nftables"]?.items ?? []
        let found = listing.compactMap { $0["chain"] }.map { chain in
            let words = ["type", "hook", "policy"].map { chain[$0]?.text ?? "-" }
            return "\(chain["name"]?.text ?? "?") \(words.joined(separator: " ")) \(chain["prio"]?.number ?? 0)"
        }
        #expect(
            found == [
                "a filter prerouting drop -300", "b nat postrouting accept 100", "c filter forward accept -10",
                "d filter output accept 7", "e filter input drop 0", "f - - - 0",
            ])
    }

    @Test("sets and maps are listed with their types and elements")
    func sets() throws {
        let box = try Sandbox().namespace()
        try box.load(table([]))
        func listed(_ noun: String, _ name: String) throws -> String {
            let lines = try box.nft("list", noun, "ip", "netlab", name).split(separator: "\n").dropFirst(2).dropLast(2)
            return lines.map { String($0).trimmed }.joined(separator: " ").replacing("\t", with: "")
        }
        #expect(
            try listed("set", "blocks")
                == "type ipv4_addr flags interval elements = { 10.0.0.0/8, 172.16.0.0/12, 192.0.2.7 }")
        #expect(try listed("set", "own") == "type ifname . ipv4_addr elements = { \"app\" . 10.0.1.1 }")
        #expect(
            try listed("set", "errors") == "type icmp_type elements = { destination-unreachable, time-exceeded }")
        #expect(try listed("map", "ports") == "type ifname : verdict elements = { \"fifteen-letters\" : goto other }")
        #expect(try listed("map", "marks") == "type mark : verdict elements = { 0x00010001 : drop }")
        #expect(
            try listed("map", "public") == "type ipv4_addr : ipv4_addr elements = { 10.0.0.4 : 203.0.113.11 }")
    }

    @Test("comments come back whole, the longest too")
    func comments() throws {
        let box = try Sandbox().namespace()
        let long = String(repeating: "x", count: NftRule.ownerLimit)
        try box.load(table([NftRule([.counter, .verdict(.drop)], owner: long)]))
        #expect(try RuleCounters.read(box.netfilter).map(\.owner) == [long])
        #expect(try box.nft("list", "ruleset").contains("comment \"\(long)\""))
    }

    @Test("a thousand elements and chains go in at once")
    func large() throws {
        let box = try Sandbox().namespace()
        let names = (0..<1_500).map { "eni-\($0)" }
        let map = NftSet(
            "ports", key: [.interface], data: .verdict,
            elements: names.map { .init([.interface($0)], .verdict(.goto($0))) })
        let chains = names.map { NftChain($0, rules: [NftRule([.counter, .verdict(.drop)], owner: $0)]) }
        try box.load(NftTable(sets: [map], chains: chains))
        #expect(try RuleCounters.read(box.netfilter).map(\.owner) == names)
        let listed = try JSON.object(try box.nft("-j", "list", "map", "ip", "netlab", "ports"))["nftables"]?.items
        #expect(listed?.compactMap { $0["map"]?["elem"]?.items.count } == [1_500])
    }
}
