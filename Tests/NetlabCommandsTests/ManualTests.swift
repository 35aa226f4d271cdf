import ArgumentParser
import Testing

@testable import NetlabCommands

@Suite("The manual")
struct ManualTests {
    @Test func everyCommandHasAPage() throws {
        let pages = try ManualPage.all()
        let names = Set(pages.map(\.name))
        for name in ["netlab", "netlab-up", "netlab-test", "netlab-bandwidth", "netlab-probe"] {
            #expect(names.contains(name), "\(name)")
        }
        #expect(!names.contains { $0.contains("__") })
    }

    @Test func pagesHaveTheUsualParts() throws {
        for page in try ManualPage.all() {
            #expect(page.text.hasPrefix(".TH "), "\(page.name)")
            for heading in [".SH NAME", ".SH SYNOPSIS", ".SH SEE ALSO"] {
                #expect(page.text.contains("\n\(heading)\n"), "\(page.name): \(heading)")
            }
            // Every example is one that --help shows, and nothing of it is taken for an order of troff.
            let begun = page.text.split(separator: "\n").count { $0 == ".nf" }
            #expect(begun == page.text.split(separator: "\n").count { $0 == ".fi" }, "\(page.name)")
        }
        let up = try #require(try ManualPage.all().first { $0.name == "netlab-up" }).text
        #expect(up.contains("\\fB\\-\\-dry\\-run\\fR") && up.contains(".SH EXAMPLES\n.nf\n"), "\(up)")
    }

    @Test func nothingIsAnOrder() {
        #expect(Roff.text(".TH x\\y -") == "\\&.TH x\\ey \\-")
        #expect(Roff.text("'quoted'") == "\\&'quoted'")
        #expect(Roff.word("a \"b\"") == "\"a \\(dqb\\(dq\"")
        #expect(
            Roff.sections("One.\nTwo.\n\nEXAMPLES\n  netlab up x") == [
                ".SH DESCRIPTION", "One.", "Two.", ".PP", ".SH EXAMPLES", ".nf", "  netlab up x", ".fi",
            ])
    }
}
