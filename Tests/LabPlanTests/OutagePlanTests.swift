import CloudModel
import KernelObjects
import LabPlan
import Testing

@Suite("Outages in the plan")
struct OutagePlanTests {
    private func plans(_ lab: String, _ outages: Outage...) throws -> (whole: LabPlan, hurt: LabPlan) {
        var lab = try Fixtures.lab(lab)
        let whole = LabPlan(lab)
        lab.outages = outages
        return (whole, LabPlan(lab))
    }

    @Test("rules at the living ends, and nothing else in the lab")
    func onlyRules() throws {
        let (whole, hurt) = try plans("nat-per-az", Outage(.zone, "a"), Outage(.node, "echo"))
        #expect(hurt.veths == whole.veths && hurt.numbering == whole.numbering)
        let changed = zip(whole.nodes, hurt.nodes).filter { $0.nft != $1.nft }.map(\.1)
        #expect(changed.map(\.name) == ["vpc", "internet"])
        for (before, after) in zip(whole.nodes, hurt.nodes) {
            #expect(before.routes == after.routes && before.addresses == after.addresses)
            #expect(before.sysctls == after.sysctls && before.neighbors == after.neighbors)
        }
        #expect(hurt.outages.map(\.nodes) == [["nat-a", "app-a"], ["echo"]])
        let devices = changed.map { $0.nft?.set("outages")?.elements.flatMap(\.key).map(\.text) ?? [] }
        #expect(devices == [["\"nat-a\"", "\"app-a\""], ["\"echo\""]], "\(devices)")
    }

    @Test("of two outages of one wire the first counts")
    func first() throws {
        let (_, hurt) = try plans("nat-per-az", Outage(.node, "app-a"), Outage(.zone, "a"))
        let owners = hurt.node("vpc")?.nft?.chains.filter { $0.name.hasPrefix("outage-") }.flatMap(\.rules).map(\.owner)
        #expect(Set(owners ?? []) == ["outage node app-a", "outage zone a"])
        #expect(hurt.node("vpc")?.nft?.set("outages")?.elements.count == 2)
    }

    @Test("a zone takes the transit gateway's interface in it; a gateway is cut off from all sides")
    func transit() throws {
        let (_, zone) = try plans("transit-gateway", Outage(.zone, "a"))
        #expect(zone.outages.first?.nodes.contains("hub") == true)
        let (_, gateway) = try plans("transit-gateway", Outage(.node, "hub"))
        let cut = gateway.nodes.filter { $0.nft?.set("outages") != nil }.map(\.name)
        #expect(cut.contains("egress") && !cut.contains("hub"), "\(cut)")
    }

    @Test(
        "what cannot be is told in words",
        arguments: [
            (Outage(.zone, "c"), "no zone c; the lab has a and b"),
            (Outage(.nat, "app-a"), "`app-a` is an instance and no NAT gateway; say `node app-a`"),
            (Outage(.node, "nat-c"), "no node nat-c; did you mean `nat-a`?"), (Outage(.link, "app-a"), nil),
        ])
    func objections(outage: Outage, sentence: String?) throws {
        #expect(try Fixtures.lab("nat-per-az").objection(to: outage) == sentence)
    }
}
