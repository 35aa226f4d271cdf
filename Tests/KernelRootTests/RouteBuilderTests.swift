import IPAddressing
import KernelObjects
import LinuxSystem
import Namespaces
import Netlink
import RouteNetlink
import Testing

/// What `RouteBatch` builds, as `ip` sees it.
@Suite("rtnetlink on the kernel", .requiresRoot)
struct RouteBuilderTests {
    /// A namespace with the near end of a veth, its far end in another.
    private func pair() throws -> (near: Box, far: Box) {
        let sandbox = Sandbox()
        let (near, far) = (try sandbox.namespace("a"), try sandbox.namespace("b"))
        try near.route { try $0.add(.test, farNamespace: far.namespace.descriptor.raw, subject: "instance app") }
        return (near, far)
    }

    @Test("a veth: both ends in place at once, near end up, far end down, all numbers as asked")
    func veth() throws {
        let (near, far) = try pair()
        let left = try #require(try near.list("-d link show dev left").first)
        #expect(left["ifindex"]?.number == 12)
        #expect(left["address"]?.text == "0e:02:0a:09:00:01")
        #expect(left["mtu"]?.number == 9001)
        #expect(left["num_tx_queues"]?.number == 1)
        #expect(left["num_rx_queues"]?.number == 1)
        #expect(left["linkinfo"]?["info_kind"]?.text == "veth")
        #expect(left["link_index"]?.number == 34)
        #expect(left["flags"]?.strings.contains("UP") == true)
        let right = try #require(try far.list("-d link show dev right").first)
        #expect(right["ifindex"]?.number == 34)
        #expect(right["address"]?.text == "0e:01:0a:09:00:02")
        #expect(right["mtu"]?.number == 9001)
        #expect(right["num_tx_queues"]?.number == 1)
        #expect(right["num_rx_queues"]?.number == 1)
        #expect(right["flags"]?.strings.contains("UP") == false)
        #expect(try near.list("link").count == 2, "lo and left")
    }

    @Test("raise and lower")
    func flags() throws {
        let near = try pair().near
        func isUp(_ device: String) throws -> Bool? {
            try near.list("link show dev \(device)").first?["flags"]?.strings.contains("UP")
        }
        try near.route { try $0.lower(.left, subject: "x") }
        #expect(try isUp("left") == false)
        try near.route {
            try $0.raise(.left, subject: "x")
            try $0.raise(.loopback, subject: "x")
        }
        #expect(try isUp("left") == true)
        #expect(try isUp("lo") == true)
    }

    @Test("proxy ARP without a wait, for one device and no other")
    func proxyDelay() throws {
        let near = try pair().near
        func delay(_ device: String) throws -> String {
            try near.exec("cat", "/proc/sys/net/ipv4/neigh/\(device)/proxy_delay").trimmed
        }
        let usual = try delay("lo")
        #expect(usual != "0")
        try near.route { try $0.answerProxyARPAtOnce(.left, subject: "x") }
        #expect(try delay("left") == "0")
        #expect(try delay("lo") == usual)
    }

    @Test("addresses")
    func addresses() throws {
        let near = try pair().near
        try near.route {
            try $0.add(InterfaceAddress(IPv4Address(10, 0, 1, 10), prefixLength: 24, device: .left), subject: "x")
            try $0.add(
                InterfaceAddress(IPv4Address(169, 254, 169, 254), prefixLength: 32, device: .loopback), subject: "x")
        }
        let left = try #require(try near.list("-4 address show dev left").first?["addr_info"]?[0])
        #expect(left["local"]?.text == "10.0.1.10")
        #expect(left["prefixlen"]?.number == 24)
        #expect(left["scope"]?.text == "global")
        #expect(left["broadcast"] == nil)
        let service = try #require(try near.list("-4 address show dev lo").first?["addr_info"]?[0])
        #expect(service["local"]?.text == "169.254.169.254")
        #expect(service["prefixlen"]?.number == 32)
    }

    private let gateway = IPv4Address(169, 254, 0, 1)

    @Test("routes: by gateway, by device, throw; in main, in a small table and in a large one; and away again")
    func routes() throws {
        let near = try pair().near
        let inside = CIDRBlock(containing: IPv4Address(10, 0, 0, 0), prefixLength: 16)
        let routes = [
            KernelRoute(
                CIDRBlock(IPv4Address(10, 0, 1, 10)), device: .left, source: IPv4Address(10, 9, 0, 1), owner: "a"),
            KernelRoute(.everywhere, via: gateway, device: .left, table: 102, owner: "b"),
            KernelRoute(inside, kind: .throw, table: 102, owner: "c"),
            KernelRoute(.everywhere, device: .loopback, table: 1000, owner: "d"),
        ]
        try near.route {
            try $0.raise(.loopback, subject: "x")
            try $0.add(InterfaceAddress(IPv4Address(10, 9, 0, 1), prefixLength: 32, device: .loopback), subject: "x")
            for route in routes { try $0.add(route) }
        }
        func show(_ table: String) throws -> [String] {
            try near.ip("-4 route show table \(table)").split(separator: "\n").map {
                $0.split(separator: " ").joined(separator: " ")
            }
        }
        // The state of the far end may or may not be noted already.
        let main = try show("main").map { $0.replacing(" linkdown", with: "") }
        #expect(main == ["10.0.1.10 dev left proto static scope link src 10.9.0.1"])
        #expect(
            try show("102").map { $0.replacing(" linkdown", with: "") } == [
                "default via 169.254.0.1 dev left proto static onlink", "throw 10.0.0.0/16 proto static",
            ])
        #expect(try show("1000") == ["default dev lo proto static scope link"])
        try near.route { for route in routes { try $0.delete(route) } }
        #expect(try near.ip("-4 route show table all proto static").isEmpty)
    }

    @Test("rules: with and without a mask, in their order")
    func rules() throws {
        let box = try Sandbox().namespace()
        try box.route {
            try $0.add(KernelRule(priority: 33_000, mark: 0x10000, mask: 0x10000, table: 1000, owner: "no route"))
            try $0.add(KernelRule(priority: 100, mark: 0x10001, table: 101, owner: "route table rtb-main"))
        }
        let rules = try box.list("rule show").filter { $0["fwmark"] != nil }
        #expect(rules.map { $0["priority"]?.number } == [100, 33_000])
        #expect(rules.map { $0["fwmark"]?.text } == ["0x10001", "0x10000"])
        #expect(rules.map { $0["fwmask"]?.text } == [nil, "0x10000"])
        #expect(rules.map { $0["table"]?.text } == ["101", "1000"])
    }

    @Test("a rule decides: by mark one table, by none another")
    func ruleDecides() throws {
        let near = try pair().near
        try near.route {
            try $0.raise(.loopback, subject: "x")
            try $0.add(KernelRoute(.everywhere, via: gateway, device: .left, table: 101, owner: "a"))
            try $0.add(KernelRule(priority: 100, mark: 0x10001, table: 101, owner: "a"))
        }
        #expect(try near.ip("route get 8.8.8.8 mark 0x10001").contains("via 169.254.0.1 dev left"))
        #expect(throws: CommandFailure.self) { try near.ip("route get 8.8.8.8") }
        #expect(throws: CommandFailure.self) { try near.ip("route get 8.8.8.8 mark 0x10002") }
    }

    @Test("permanent neighbours")
    func neighbors() throws {
        let near = try pair().near
        try near.route {
            try $0.add(
                Neighbor(IPv4Address(10, 0, 1, 10), mac: MACAddress(realm: 1, host: 0x0a00_010a), device: .left),
                subject: "x")
        }
        let entry = try #require(try near.list("-4 neighbor show").first)
        #expect(entry["dst"]?.text == "10.0.1.10")
        #expect(entry["dev"]?.text == "left")
        #expect(entry["lladdr"]?.text == "0e:01:0a:00:01:0a")
        #expect(entry["state"]?.strings == ["PERMANENT"])
    }

    @Test("an empty batch asks nothing of the kernel")
    func empty() throws { try Sandbox().namespace().route { _ in } }
}

extension String {
    var trimmed: String { String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()) }
}
