import CloudModel
import Drift
import KernelObjects
import LabPlan
import Testing

@Suite("Numbers stay with their names")
struct NumberingTests {
    private func indexes(_ plan: LabPlan) -> [String: Int32] {
        Dictionary(
            uniqueKeysWithValues: plan.veths.flatMap { [$0.near, $0.far] }.map { ("\($0.node):\($0.name)", $0.index) })
    }

    private let more = Twin.text.replacing(
        "instances:\n",
        with: "instances:\n  first: { subnet: private-a, address: 10.0.1.5, security-groups: [app] }\n")

    @Test("an instance in the middle of the file renumbers nobody")
    func instance() throws {
        let before = LabPlan(try Twin.read(Twin.text))
        let after = LabPlan(try Twin.read(more), numbering: before.numbering)
        for (name, index) in indexes(before) { #expect(indexes(after)[name] == index, "\(name)") }
        let ends = after.veths.flatMap { [$0.near, $0.far] }
        for (node, ends) in Dictionary(grouping: ends, by: \.node) {
            #expect(Set(ends.map(\.index)).count == ends.count, "\(node)")
        }
        // Both ends of a wire must differ, or the kernel delays it.
        #expect(after.veths.allSatisfy { $0.near.index != $0.far.index })
    }

    @Test("a route table in the middle keeps tables, marks and priorities of the others")
    func routeTable() throws {
        let before = LabPlan(try Twin.read(Twin.text))
        let text = Twin.text.replacing(
            "  public-a:  {",
            with: "  extra-a: { cidr: 10.0.9.0/24, zone: a, routes: { 0.0.0.0/0: igw } }\n  public-a:  {")
        let after = LabPlan(try Twin.read(text), numbering: before.numbering)
        func rules(_ plan: LabPlan) -> Set<String> {
            Set(plan.node("vpc")?.rules.map { "\($0.text) \($0.owner)" } ?? [])
        }
        #expect(rules(after).isSuperset(of: rules(before)))
        #expect(rules(after).count == rules(before).count + 1)
    }

    @Test("a number that has just become free is nobody's for one change")
    func freed() throws {
        let before = LabPlan(try Twin.read(more))
        let renamed = LabPlan(
            try Twin.read(more.replacing("first:", with: "second:")), numbering: before.numbering)
        let old = try #require(before.numbering.devices["vpc:first"])
        #expect(renamed.numbering.devices["vpc:first"] == nil)
        #expect(renamed.numbering.devices["vpc:second"] != old)
    }

    @Test("the same file with its own numbers is the same plan")
    func idempotent() throws {
        let lab = try Twin.read(more)
        let before = LabPlan(try Twin.read(Twin.text)).numbering
        let once = LabPlan(lab, numbering: before)
        let twice = LabPlan(lab, numbering: once.numbering)
        #expect(once.numbering == twice.numbering)
        #expect(once.veths == twice.veths)
    }
}
