import IPAddressing
import KernelObjects
import LabPlan
import LabRunner
import Namespaces
import Nftables
import Testing

/// The script's network must not only look right: packets decide.
@Suite("Packets in the script's network", .requiresRoot, .serialized)
struct ShellTrafficTests {
    private func lab() throws -> BuiltLab {
        let lab = try BuiltLab("private-nat")
        try lab.buildByScript()
        return lab
    }

    /// Counts what a host sees from an address, by rules of its own.
    private func watch(_ host: Box, from source: String) throws {
        let rules = "ip saddr \(source) counter\n"
        try host.nft(
            "-f", "-", script: "table ip witness {\nchain c {\ntype filter hook input priority 0;\n\(rules)}\n}\n")
    }

    private func seen(_ host: Box) throws -> Int? {
        let listing = try JSON.object(try host.nft("-j", "list", "table", "ip", "witness"))["nftables"]?.items ?? []
        return listing.compactMap { $0["rule"]?["expr"]?[1]?["counter"]?["packets"]?.number }.first
    }

    private func count(_ box: Box, _ owner: String) throws -> UInt64 {
        try RuleCounters.read(box.netfilter).filter { $0.owner == owner }.map(\.packets).reduce(0, +)
    }

    @Test("private to Internet: by the NAT gateway, seen outside as its Elastic IP")
    func outwards() throws {
        let lab = try lab()
        let (app, nat, mirror) = (try lab.box("app"), try lab.box("nat-a"), try lab.box("mirror"))
        try watch(mirror, from: "203.0.113.11")
        try app.exec("ping", "-c", "1", "-W", "5", "198.51.100.10")
        #expect(try seen(mirror) == 1)
        let flow = try #require(try Conntrack.flows(nat.netfilter).first)
        #expect(flow.original.source == IPv4Address(10, 0, 1, 10))
        #expect(flow.translatedSource.address == IPv4Address(10, 0, 0, 4))
    }

    @Test("the first hop that shows is the NAT gateway; the router and the Internet gateway do not")
    func hops() throws {
        let lab = try lab()
        let app = try lab.box("app")
        // By ICMP: what comes back is an echo reply, not an error, and needs no translation of a quoted packet.
        let hops = try Traceroute.hops(app, to: "198.51.100.10")
        #expect(hops.first == "10.0.0.4")
        #expect(hops.last == "198.51.100.10")
        #expect(hops.count == 3)
        // Between two subnets there is one hop: the host itself.
        #expect(try Traceroute.hops(try lab.box("bastion"), to: "10.0.1.10") == ["10.0.1.10"])
    }

    @Test("Internet to private: dropped by the Internet gateway, counted in its name")
    func inwards() throws {
        let lab = try lab()
        let (scanner, app, igw) = (try lab.box("scanner"), try lab.box("app"), try lab.box("igw"))
        try watch(app, from: "198.51.100.66")
        let before = try count(igw, "igw: private destination")
        #expect(throws: CommandFailure.self) {
            try scanner.exec("ping", "-c", "2", "-i", "0.2", "-W", "1", "10.0.1.10")
        }
        #expect(try count(igw, "igw: private destination") == before + 2)
        #expect(try seen(app) == 0)
        // The control: inside the VPC the same host answers the same question.
        try lab.box("bastion").exec("ping", "-c", "1", "-W", "5", "10.0.1.10")
    }

    @Test("no route: dropped in silence, in the route table's name")
    func isolated() throws {
        let lab = try lab()
        let (vault, router) = (try lab.box("vault"), try lab.box("vpc"))
        #expect(throws: CommandFailure.self) {
            try vault.exec("ping", "-c", "1", "-W", "1", "198.51.100.10")
        }
        #expect(try count(router, "rtb isolated-a: no route") == 1)
    }
}

/// The same by netlab, where nothing had to be left out.
@Suite("Packets in netlab's network", .requiresRoot)
struct EmbeddedTranslationTests {
    @Test("errors from beyond the Internet gateway find their flow: every hop shows")
    func hops() throws {
        let sandbox = Sandbox()
        let plan = try TestLabs.plan("private-nat")
        let builder = NetworkBuilder(plan, name: sandbox.name("hops"))
        for namespace in builder.namespaceNames { sandbox.cleanUp { try? NamedNamespace.delete(namespace) } }
        let nodes = try builder.makeNamespaces()
        try builder.configure(nodes)
        let app = try #require(nodes.first { $0.plan.name == "app" })
        let box = try Box(app.namespace, in: sandbox)
        let hops = try Traceroute.hops(box, to: "198.51.100.10")
        #expect(hops == ["10.0.0.4", "192.0.2.1", "198.51.100.10"])
        // By UDP the last answer is an error, too.
        #expect(try Traceroute.hops(box, to: "198.51.100.10", byUDP: true) == hops)
    }
}

/// The `traceroute` program.
enum Traceroute {
    /// The address of each hop in order, `*` where none answered.
    static func hops(_ box: Box, to target: String, byUDP: Bool = false) throws -> [String] {
        let kind = byUDP ? [] : ["-I"]
        let text = try command(
            ["ip", "netns", "exec", box.namespace.name, "traceroute", "-n", "-q", "1", "-w", "2", "-m", "6"] + kind
                + [target])
        return text.split(separator: "\n").dropFirst().map { line in
            line.split(separator: " ").dropFirst().first.map(String.init) ?? "?"
        }
    }
}
