import Drift
import IPAddressing
import KernelObjects
import LabPlan
import Netlink
import Testing

@testable import Nftables

@Suite("Drift of rules, chains and sets")
struct RulesetDriftTests {
    /// The words of the batch that mends it.
    private func orders(_ twin: Twin, _ node: String) throws -> [String] {
        let table = try #require(twin.plan.node(node)?.nft)
        let live = try #require(twin.survey.rulesets[node])
        var batch = NftBatch()
        batch.apply(RulesetDifference(planned: table, live: live))
        return batch.messages.purposes.map(\.operation)
    }

    private func change(_ chain: String, of twin: inout Twin, _ body: (inout [NftRule]) -> Void) throws {
        try twin.rewrite("vpc") { table in
            for index in table.chains.indices where table.chains[index].name == chain {
                body(&table.chains[index].rules)
            }
        }
    }

    @Test("nothing to do is an empty batch")
    func clean() throws {
        #expect(try orders(Twin(), "vpc").isEmpty)
    }

    @Test("a missing rule goes back to its place, and nothing else is touched")
    func missingRule() throws {
        var twin = try Twin()
        try change("input", of: &twin) { $0.remove(at: 1) }
        #expect(twin.lines == ["vpc: + rule of chain input iifname \"lo\" accept"])
        #expect(
            try orders(twin, "vpc") == [
                "nft batch begin", "nft add rule ip netlab input iifname \"lo\" accept", "nft batch commit",
            ])
    }

    @Test("an edited rule is noticed though its comment is the same")
    func editedRule() throws {
        var twin = try Twin()
        try change("sg-app-in", of: &twin) { rules in
            rules[0].statements = [.destinationPort(.tcp, 8081...8081), .counter, .verdict(.accept)]
        }
        #expect(
            twin.lines == [
                "vpc: ~ rule of chain sg-app-in ip saddr 10.0.0.0/16 tcp dport 8080 counter goto track-in "
                    + "comment \"sg app ingress[0]\" (was: handle 0 comment \"sg app ingress[0]\") [sg app ingress[0]]"
            ])
        #expect(try orders(twin, "vpc").count == 4)
    }

    @Test("another comment is another rule: reports would blame the wrong owner")
    func editedComment() throws {
        var twin = try Twin()
        try change("sg-app-in", of: &twin) { $0[0].owner = "sg web ingress[0]" }
        #expect(twin.lines.count == 1)
    }

    @Test("every statement of every rule makes a difference")
    func everyStatement() throws {
        for name in ["vpc", "igw", "nat-a"] {
            let table = try #require(Twin().plan.node(name)?.nft)
            for (chain, entry) in table.chains.enumerated() {
                for (rule, value) in entry.rules.enumerated() {
                    for statement in value.statements.indices {
                        var other = table
                        other.chains[chain].rules[rule].statements.remove(at: statement)
                        let difference = RulesetDifference(planned: table, live: LiveRuleset(other))
                        #expect(difference.differences.count == 1, "\(name) \(entry.name) \(value.text) \(statement)")
                        #expect(!difference.replacesAll)
                    }
                }
            }
        }
    }

    @Test("elements come and go one by one; one that leads elsewhere is replaced")
    func elements() throws {
        var twin = try Twin()
        try twin.rewrite("vpc") { table in
            for index in table.sets.indices where table.sets[index].name == "sources" {
                table.sets[index].elements.removeAll { $0.key == [.interface("web")] }
                table.sets[index].elements = table.sets[index].elements.map { element in
                    element.key == [.interface("app")] ? .init(element.key, .verdict(.goto("eni-web"))) : element
                }
                table.sets[index].elements.append(.init([.interface("mine")], .verdict(.accept)))
            }
        }
        #expect(
            twin.lines == [
                "vpc: - element of sources \"mine\" : something else",
                "vpc: + element of sources \"web\" : goto eni-web",
                "vpc: ~ element of sources \"app\" : goto eni-app (was: \"app\" : something else)",
            ])
        #expect(
            try orders(twin, "vpc") == [
                "nft batch begin", "nft delete element ip netlab sources", "nft add element ip netlab sources",
                "nft batch commit",
            ])
    }

    @Test("a new instance brings its chains and elements, and leaves every other rule alone")
    func newInstance() throws {
        var twin = try Twin(
            Twin.text.replacing(
                "internet:\n",
                with: "  more: { subnet: private-a, address: 10.0.1.11, security-groups: [app] }\ninternet:\n"))
        twin.survey.rulesets["vpc"] = try Twin().survey.rulesets["vpc"]
        let orders = try orders(twin, "vpc")
        #expect(!orders.contains { $0.contains("delete") || $0.contains("flush") })
        #expect(
            orders.filter { $0.hasPrefix("nft add chain") }.map { $0.split(separator: " ").last } == [
                "eni-more", "egress-more", "ingress-more",
            ])
        #expect(orders.filter { $0.hasPrefix("nft add rule") }.count == 6)
    }

    @Test("what cannot be changed in place is replaced as a whole, in one batch")
    func replacesAll() throws {
        var policy = try Twin()
        try policy.rewrite("igw") { table in
            for index in table.chains.indices where table.chains[index].name == "input" {
                table.chains[index].base?.policy = .accept
            }
        }
        #expect(policy.lines == ["igw: ~ chain input as planned (was: input with another hook or policy)"])
        #expect(try orders(policy, "igw").contains("nft delete table ip netlab"))

        var blocks = try Twin()
        try blocks.rewrite("igw") { table in
            for index in table.sets.indices where table.sets[index].name == "private_ranges" {
                table.sets[index].elements.removeFirst()
            }
        }
        #expect(try orders(blocks, "igw").filter { $0.contains("batch") } == ["nft batch begin", "nft batch commit"])
        #expect(blocks.lines.count == 1)
    }

    @Test("a table that is gone is one line; somebody else's table goes")
    func tables() throws {
        var twin = try Twin()
        var live = LiveRuleset()
        live.tables = [LiveRuleset.Table(family: 1, name: "mine", flags: 0)]
        twin.survey.rulesets["vpc"] = live
        #expect(twin.lines == ["vpc: - table inet mine", "vpc: + table ip netlab"])
        #expect(try orders(twin, "vpc").contains("nft delete table inet mine"))
    }

    @Test("elements that follow the life of the lab, and tables of a trace that runs, are as they should be")
    func living() throws {
        let target = FlowTarget(IPv4Address(10, 0, 1, 10), port: 80)
        func table(_ targets: [FlowTarget]) -> NftTable {
            NftTable(sets: [.flowSlots("slots_tcp_80", over: targets), .cutTargets([target])], chains: [])
        }
        var live = LiveRuleset(table([target]))
        live.tables.append(.init(family: 2, name: "netlab_trace_1", flags: 2))
        #expect(RulesetDifference(planned: table([]), live: live).isEmpty)
        // Without its owner it is nobody's.
        live.tables.append(.init(family: 2, name: "netlab_trace_2", flags: 0))
        #expect(RulesetDifference(planned: table([]), live: live).differences.count == 1)
    }

    @Test("whoever keeps sets in step with health is started anew when they are made anew, and only then")
    func renewal() throws {
        let table = NftTable(sets: [.cutTargets([])], chains: [])
        #expect(!RulesetDifference(planned: table, live: LiveRuleset(table)).renewsLiveSets)
        let without = LiveRuleset(NftTable(sets: [], chains: []))
        #expect(RulesetDifference(planned: table, live: without).renewsLiveSets)
        #expect(RulesetDifference(planned: table, live: LiveRuleset()).renewsLiveSets)
    }
}
