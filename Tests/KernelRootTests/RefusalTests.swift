import Glibc
import IPAddressing
import KernelObjects
import Namespaces
import Netlink
import Nftables
import RouteNetlink
import Testing

@Suite("What the kernel refuses", .requiresRoot)
struct RefusalTests {
    private func refusals(_ body: () throws -> Void) throws -> [KernelRefusal] {
        do {
            try body()
            return []
        } catch let error as BatchRefusal {
            return error.refusals
        }
    }

    @Test("a refusal names the command, the object of the file, the error and the kernel's sentence")
    func sentence() throws {
        let box = try Sandbox().namespace()
        let route = KernelRoute(
            CIDRBlock(containing: IPv4Address(10, 0, 0, 0), prefixLength: 16), via: IPv4Address(192, 0, 2, 1),
            device: .loopback, table: 101, owner: "route table rtb-a")
        let found = try refusals { try box.route { try $0.add(route) } }
        #expect(found.map(\.subject) == ["route table rtb-a"])
        #expect(found.map(\.operation) == ["ip route add 10.0.0.0/16 via 192.0.2.1 dev lo onlink table 101"])
        #expect(found.map(\.errno) == [ENETDOWN])
        #expect(found.map(\.message) == ["Nexthop device is not up"])
    }

    @Test("all refusals of a batch come back, in order; what was good stands")
    func several() throws {
        let box = try Sandbox().namespace()
        let address = InterfaceAddress(IPv4Address(10, 0, 0, 1), prefixLength: 32, device: .loopback)
        let nowhere = Device(name: "gone", index: 99)
        let found = try refusals {
            try box.route {
                try $0.add(address, subject: "first")
                try $0.add(address, subject: "second")
                try $0.raise(nowhere, subject: "third")
                try $0.raise(.loopback, subject: "fourth")
            }
        }
        #expect(found.map(\.subject) == ["second", "third"])
        #expect(found.map(\.errno) == [EEXIST, ENODEV])
        #expect(try box.list("-4 address show dev lo up").count == 1, "the fourth was done all the same")
    }

    @Test("a socket is good for more after a refusal")
    func afterwards() throws {
        let box = try Sandbox().namespace()
        #expect(
            try refusals { try box.route { try $0.raise(Device(name: "gone", index: 99), subject: "x") } }.count == 1)
        try box.route { try $0.raise(.loopback, subject: "x") }
        #expect(try box.list("link show dev lo up").count == 1)
    }

    @Test("a veth into a namespace that is none")
    func badDescriptor() throws {
        let box = try Sandbox().namespace()
        let found = try refusals {
            try box.route { try $0.add(.test, farNamespace: 0x7fff_ffff, subject: "instance b") }
        }
        #expect(found.map(\.subject) == ["instance b"])
        #expect(found.map(\.errno) == [EBADF])
        #expect(try box.list("link").count == 1)
    }

    private func ruleset(of box: Box) throws -> String { try box.nft("list", "ruleset") }

    private let good = NftTable(
        chains: [
            NftChain(
                "input", base: .init(.filter, .input, priority: 0),
                rules: [NftRule([.counter, .verdict(.drop)], owner: "igw: not a host")])
        ])

    @Test("a refused ruleset changes nothing, and the refusal names the rule's owner")
    func atomic() throws {
        let box = try Sandbox().namespace()
        var bad = good
        bad.chains.append(
            NftChain("sg-app-in", rules: [NftRule([.verdict(.jump("gone"))], owner: "sg app ingress[0]")]))
        let found = try refusals { try box.load(bad) }
        #expect(found.map(\.subject) == ["sg app ingress[0]"])
        #expect(found.map(\.errno) == [ENOENT])
        #expect(try ruleset(of: box).isEmpty)
    }

    @Test("a refused replacement leaves the old rules where they were")
    func refusedReplacement() throws {
        let box = try Sandbox().namespace()
        try box.load(good)
        let before = try ruleset(of: box)
        #expect(before.contains("igw: not a host"))
        var bad = good
        bad.chains[0].rules.append(NftRule([.inSet([.source], "gone")], owner: "sg app ingress[1]"))
        let found = try refusals { try box.load(bad, replacing: true) }
        #expect(found.map(\.subject) == ["sg app ingress[1]"])
        #expect(try ruleset(of: box) == before)
    }

    @Test("a replacement replaces all of it, also where nothing was")
    func replacement() throws {
        let box = try Sandbox().namespace()
        try box.load(good, replacing: true)
        try box.load(NftTable(chains: [NftChain("other")]), replacing: true)
        let rules = try ruleset(of: box)
        #expect(rules.contains("chain other"))
        #expect(!rules.contains("chain input"))
    }

    @Test("a loop of chains is refused")
    func loop() throws {
        let box = try Sandbox().namespace()
        let table = NftTable(
            chains: [
                NftChain("base", base: .init(.filter, .input, priority: 0), rules: [NftRule([.verdict(.jump("a"))])]),
                NftChain("a", rules: [NftRule([.verdict(.jump("b"))], owner: "one")]),
                NftChain("b", rules: [NftRule([.verdict(.jump("a"))], owner: "two")]),
            ])
        #expect(try !refusals { try box.load(table) }.isEmpty)
        #expect(try ruleset(of: box).isEmpty)
    }
}
