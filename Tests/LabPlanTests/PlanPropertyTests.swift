import CloudModel
import IPAddressing
import KernelObjects
import LabPlan
import Testing

@Suite("Plans of random labs")
struct PlanPropertyTests {
    static let seeds = Array(UInt64(1)...40)

    private func plan(_ seed: UInt64) throws -> LabPlan {
        var generator = RandomLab(seed: seed)
        let lab = generator.lab()
        let errors = lab.validate().filter { $0.severity == .error }
        try #require(errors.isEmpty, "the generator made what AWS refuses: \(errors.map(\.message))")
        return LabPlan(lab)
    }

    @Test("a seed gives one plan", arguments: seeds)
    func deterministic(_ seed: UInt64) throws {
        #expect(PlanText(plan: try plan(seed)).text == PlanText(plan: try plan(seed)).text)
    }

    @Test("interfaces: names of 1 to 15 bytes and indexes, each once in a namespace", arguments: seeds)
    func interfaces(_ seed: UInt64) throws {
        let plan = try plan(seed)
        for (node, ends) in Dictionary(grouping: plan.veths.flatMap { [$0.near, $0.far] }, by: \.node) {
            #expect(ends.allSatisfy { 1...15 ~= $0.name.utf8.count && $0.index > 1 })
            #expect(Set(ends.map(\.name)).count == ends.count, "names in \(node)")
            #expect(Set(ends.map(\.index)).count == ends.count, "indexes in \(node)")
            #expect(plan.node(node) != nil)
        }
    }

    @Test("every device that a node speaks of is on a wire of its own", arguments: seeds)
    func devices(_ seed: UInt64) throws {
        let plan = try plan(seed)
        let ends = plan.veths.flatMap { [$0.near, $0.far] }
        for node in plan.nodes {
            let own = Set(ends.filter { $0.node == node.name }.map { Device(name: $0.name, index: $0.index) })
            var named = node.devices + node.proxyARP + node.addresses.map(\.device)
            named += node.neighbors.map(\.device) + node.routes.compactMap(\.device)
            for device in named where device != .loopback { #expect(own.contains(device), "\(node.name) \(device)") }
        }
    }

    @Test("every far end is raised, for the kernel refuses to make it up", arguments: seeds)
    func raised(_ seed: UInt64) throws {
        let plan = try plan(seed)
        for veth in plan.veths {
            let node = try #require(plan.node(veth.far.node))
            #expect(node.devices.contains(Device(name: veth.far.name, index: veth.far.index)))
        }
    }

    @Test("addresses of Ethernet: each once", arguments: seeds)
    func hardwareAddresses(_ seed: UInt64) throws {
        let ends = try plan(seed).veths.flatMap { [$0.near.mac, $0.far.mac] }
        #expect(Set(ends).count == ends.count)
        #expect(ends.allSatisfy { $0.bytes[0] & 3 == 2 }, "local and unicast")
    }

    @Test("namespaces, addresses, neighbours, routes and rules: each once", arguments: seeds)
    func uniqueness(_ seed: UInt64) throws {
        let plan = try plan(seed)
        #expect(Set(plan.nodes.map(\.name)).count == plan.nodes.count)
        for node in plan.nodes {
            #expect(Set(node.addresses).count == node.addresses.count)
            #expect(Set(node.neighbors.map { "\($0.address) \($0.device)" }).count == node.neighbors.count)
            #expect(Set(node.routes.map { "\($0.destination) \($0.table)" }).count == node.routes.count)
            #expect(Set(node.rules.map(\.priority)).count == node.rules.count)
            let marked = node.rules.filter { $0.mark != 0 }
            #expect(Set(marked.map(\.mark)).count == marked.count)
        }
    }

    @Test("rulesets: chains and sets once, and every one that is named exists", arguments: seeds)
    func references(_ seed: UInt64) throws {
        for node in try plan(seed).nodes {
            guard let table = node.nft else { continue }
            let chains = Set(table.chains.map(\.name))
            let sets = Dictionary(grouping: table.sets, by: \.name)
            #expect(chains.count == table.chains.count)
            #expect(sets.count == table.sets.count)
            for name in table.calledChains { #expect(chains.contains(name), "\(node.name): chain \(name)") }
            for statement in table.chains.flatMap({ $0.rules.flatMap(\.statements) }) {
                guard let name = statement.setName else { continue }
                let set = try #require(sets[name]?.first, "\(node.name): set \(name)")
                #expect(statement.fits(set), "\(node.name): \(statement.text)")
            }
        }
    }

    @Test("base chains are never called, and no chain calls itself", arguments: seeds)
    func calls(_ seed: UInt64) throws {
        for table in try plan(seed).nodes.compactMap(\.nft) {
            let base = Set(table.chains.filter { $0.base != nil }.map(\.name))
            #expect(base.isDisjoint(with: table.calledChains))
            for chain in table.chains { #expect(!table.isReachable(chain.name, from: chain.name)) }
        }
    }

    @Test("set elements: each key once, in the shape of its set", arguments: seeds)
    func elements(_ seed: UInt64) throws {
        for set in try plan(seed).nodes.compactMap(\.nft).flatMap(\.sets) {
            #expect(Set(set.elements.map(\.key)).count == set.elements.count, "\(set.name)")
            for element in set.elements {
                #expect(element.key.map(\.kind) == set.key)
                #expect((element.data == nil) == (set.data == nil))
            }
        }
    }

    @Test("comments fit into a rule's user data", arguments: seeds)
    func comments(_ seed: UInt64) throws {
        for rule in try plan(seed).nodes.compactMap(\.nft).flatMap(\.chains).flatMap(\.rules) {
            #expect(rule.owner.utf8.count <= 127, "\(rule.owner)")
        }
    }

    @Test("every drop counts, and says in whose name", arguments: seeds)
    func drops(_ seed: UInt64) throws {
        for rule in try plan(seed).nodes.compactMap(\.nft).flatMap(\.chains).flatMap(\.rules) {
            guard rule.statements.contains(.verdict(.drop)) || rule.statements.contains(.reset) else { continue }
            #expect(rule.statements.contains(.counter) && !rule.owner.isEmpty, "\(rule.text)")
        }
    }

    @Test("a script is one line after the other, and bash can read it", arguments: [1, 7, 23])
    func script(_ seed: UInt64) throws {
        let text = ShellScript(try plan(seed)).text
        #expect(try BashReader.complaint(about: text) == nil)
    }
}
