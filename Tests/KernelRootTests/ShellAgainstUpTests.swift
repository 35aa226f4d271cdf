import IPAddressing
import KernelObjects
import LabPlan
import LabRunner
import LinuxSystem
import Namespaces
import Nftables
import Testing

/// The printed script and netlab itself must leave the same network in the kernel.
@Suite("The script against netlab", .requiresRoot, .serialized)
struct ShellAgainstUpTests {
    /// Builds the plan by netlab, under a name of its own.
    private func buildByNetlab(_ lab: BuiltLab) throws -> (name: String, nodes: [MadeNode]) {
        let name = lab.sandbox.name("netlab")
        let builder = NetworkBuilder(lab.plan, name: name)
        for namespace in builder.namespaceNames {
            lab.sandbox.cleanUp { try? NamedNamespace.delete(namespace) }
        }
        let nodes = try builder.makeNamespaces()
        try builder.configure(nodes)
        return (name, nodes)
    }

    /// The kernel notes a link's state a little later than it makes the link.
    private func waitForLinks(_ names: [String]) throws {
        for name in names {
            let isUp = try waitUntil {
                let links = try JSON.list(try command("ip", "-j", "-n", name, "link", "show"))
                // `lo` has no state to speak of.
                return links.allSatisfy { $0["ifname"]?.text == "lo" || $0["operstate"]?.text == "UP" }
            }
            #expect(isUp, "the links of \(name) never came up")
        }
    }

    @Test("links, addresses, routes, rules, neighbours and settings are the same", arguments: TestLabs.all)
    func network(_ name: String) throws {
        let lab = try BuiltLab(name)
        try lab.buildByScript()
        let netlab = try buildByNetlab(lab).name
        let nodes = lab.plan.nodes.map(\.name)
        try waitForLinks(nodes.map(lab.inScript) + nodes.map { LabPlan.namespaceName(lab: netlab, node: $0) })
        for node in nodes {
            let byHand = try NamespaceDump(lab.inScript(node)).sections
            let byNetlab = try NamespaceDump(LabPlan.namespaceName(lab: netlab, node: node)).sections
            #expect(byHand.keys == byNetlab.keys)
            for (section, lines) in byNetlab.sorted(by: { $0.key < $1.key }) {
                let theirs = byHand[section] ?? []
                #expect(theirs.filter { !lines.contains($0) } == [], "\(node): \(section) only by hand")
                #expect(lines.filter { !theirs.contains($0) } == [], "\(node): \(section) only by netlab")
                #expect(lines.count == theirs.count, "\(node): \(section)")
                #expect(!lines.isEmpty || section == "neighbors", "\(node): \(section)")
            }
        }
    }

    @Test("rulesets are the same, but for exactly the rules that nft has no words for", arguments: TestLabs.all)
    func rulesets(_ name: String) throws {
        let lab = try BuiltLab(name)
        try lab.buildByScript()
        let netlab = try buildByNetlab(lab).name
        for node in lab.plan.nodes {
            var byHand = try RulesetDump(lab.inScript(node.name))
            var byNetlab = try RulesetDump(LabPlan.namespaceName(lab: netlab, node: node.name))
            if let table = node.nft {
                let statements = table.chains.flatMap(\.rules).flatMap(\.statements)
                #expect(byNetlab.dropBeyondNft(table) == statements.count(where: \.isBeyondNft), "\(node.name)")
                let bumps = statements.count { if case .translateTTL = $0 { true } else { false } }
                #expect(byHand.dropStandIn("ttl_plus_one") == bumps, "\(node.name)")
                #expect(!byNetlab.lines.isEmpty)
            }
            let (left, right) = (byHand.lines, byNetlab.lines)
            #expect(left.filter { !right.contains($0) } == [], "\(node.name): only by hand")
            #expect(right.filter { !left.contains($0) } == [], "\(node.name): only by netlab")
            let firstApart = zip(left, right).first { $0 != $1 }
            #expect(firstApart == nil && left.count == right.count, "\(node.name): order")
        }
    }

    @Test("the comparison sees every kind of difference")
    func sensitivity() throws {
        let lab = try BuiltLab("public-igw")
        try lab.buildByScript()
        let name = lab.inScript("vpc")
        try waitForLinks([name])
        let changes: [(section: String, command: String)] = [
            ("links", "ip -n \(name) link set dev web mtu 9000"),
            ("addresses", "ip -n \(name) address add 192.0.2.9/32 dev lo"),
            ("routes", "ip -n \(name) route add throw 192.0.2.0/24 table 101 proto static"),
            ("rules", "ip -n \(name) rule add pref 7 fwmark 7 lookup 101"),
            ("neighbors", "ip -n \(name) neighbor change 10.0.0.20 lladdr 0e:00:00:00:00:01 dev web nud permanent"),
            ("settings", "ip netns exec \(name) sysctl -q -w net.ipv4.conf.web.proxy_arp=0"),
        ]
        var before = try NamespaceDump(name).sections
        for change in changes {
            try command(change.command.split(separator: " ").map(String.init))
            let after = try NamespaceDump(name).sections
            #expect(after[change.section] != before[change.section], "\(change.command)")
            before = after
        }
        let rules = try RulesetDump(name).lines
        try command("ip", "netns", "exec", name, "nft", "add", "rule", "ip", "netlab", "sg-web-in", "counter")
        #expect(try RulesetDump(name).lines != rules)
    }

    @Test("down takes everything away, twice, and a second up is refused before it changes anything")
    func down() throws {
        let lab = try BuiltLab("public-igw")
        try lab.buildByScript()
        let before = try NamespaceDump(lab.inScript("vpc")).sections
        #expect(throws: CommandFailure.self) { try lab.runScript() }
        #expect(try NamespaceDump(lab.inScript("vpc")).sections == before)
        #expect(throws: CommandFailure.self) { try lab.runScript("sideways") }
        try lab.runScript("down")
        #expect(try Files.list(NamedNamespace.folder).filter { $0.hasPrefix(lab.script) }.isEmpty)
        try lab.runScript("down")
    }
}
