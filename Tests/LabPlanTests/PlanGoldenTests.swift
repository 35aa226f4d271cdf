import LabPlan
import Testing

@Suite("Plans of the shipped labs")
struct PlanGoldenTests {
    @Test("every shipped lab, and one of each noun, has its plan on file", arguments: Fixtures.labs + Fixtures.nounLabs)
    func plan(_ name: String) throws {
        let text = PlanText(plan: LabPlan(try Fixtures.lab(name))).text
        let expected = try Fixtures.golden("\(name).txt", for: text)
        #expect(difference(text, expected) == nil)
    }

    @Test(
        "every shipped lab, and one of each noun, has its script on file", arguments: Fixtures.labs + Fixtures.nounLabs)
    func script(_ name: String) throws {
        let text = ShellScript(LabPlan(try Fixtures.lab(name))).text
        let expected = try Fixtures.golden("\(name).sh", for: text)
        #expect(difference(text, expected) == nil)
    }

    @Test("the labs that the project speaks of are there")
    func shipped() {
        #expect(Fixtures.labs.contains("private-nat"))
        #expect(Fixtures.labs.contains("public-igw"))
    }

    @Test("two compilations of one file are equal to the byte", arguments: Fixtures.labs)
    func deterministic(_ name: String) throws {
        let (first, second) = (LabPlan(try Fixtures.lab(name)), LabPlan(try Fixtures.lab(name)))
        #expect(PlanText(plan: first).text == PlanText(plan: second).text)
        #expect(ShellScript(first).text == ShellScript(second).text)
    }
}
