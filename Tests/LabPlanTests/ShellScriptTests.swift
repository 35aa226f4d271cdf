import CloudModel
import IPAddressing
import KernelObjects
import LabPlan
import Testing

@Suite("The script that builds a lab by hand")
struct ShellScriptTests {
    @Test("shellcheck has nothing to say", .enabled(if: BashReader.hasShellcheck), arguments: Fixtures.labs)
    func shellcheck(_ name: String) throws {
        let findings = try BashReader.findings(in: ShellScript(LabPlan(try Fixtures.lab(name))).text)
        #expect(findings == nil)
    }

    @Test("nothing of a free title can run")
    func title() throws {
        let title = "x\nrm -rf /\r\u{2028}$(reboot) `reboot` \u{0}\u{202E}\u{1B}[31m"
        let text = ShellScript(LabPlan(Lab(name: "evil", title: title))).text
        let lines = text.split(whereSeparator: \.isNewline)
        #expect(lines[1] == "# evil: x rm -rf / $(reboot) `reboot` [31m")
        #expect(lines.allSatisfy { !$0.hasPrefix("rm") })
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 32 })
        #expect(try BashReader.complaint(about: text) == nil)
    }

    @Test("names that are words of ip, nft and bash stay names")
    func words() throws {
        let names = ["name", "dev", "type", "peer", "table", "drop", "up", "1", "if", "done"]
        let instances = names.enumerated().map { "  \($1): { subnet: via, address: 10.0.0.\($0 + 10), security-groups: [in] }" }
        let lab = try Fixtures.read(
            """
            lab: words
            vpc: { cidr: 10.0.0.0/16, name: link }
            internet-gateway: set
            subnets: { via: { cidr: 10.0.0.0/24, zone: a, routes: { 0.0.0.0/0: set } } }
            security-groups: { in: { ingress: [{ tcp: 80, from: in }] } }
            instances:
            \(instances.joined(separator: "\n"))
            """)
        let text = ShellScript(LabPlan(lab)).text
        #expect(try BashReader.complaint(about: text) == nil)
        #expect(text.contains("ip -n \"$LAB.link\" link add name dev index"))
        let findings = BashReader.hasShellcheck ? try BashReader.findings(in: text) : nil
        #expect(findings == nil)
    }

    @Test("an empty lab is an Internet without anybody, and a script nonetheless")
    func empty() throws {
        let text = ShellScript(LabPlan(Lab(name: "empty"))).text
        #expect(try BashReader.complaint(about: text) == nil)
        #expect(!text.contains("Try:"))
    }

    @Test("no rule is forgotten: each is in the script, or named in a comment of it", arguments: Fixtures.labs)
    func complete(_ name: String) throws {
        let plan = LabPlan(try Fixtures.lab(name))
        let lines = Set(ShellScript(plan).text.split(separator: "\n").map { $0.drop { " #".contains($0) } })
        for rule in plan.nodes.compactMap(\.nft).flatMap(\.chains).flatMap(\.rules) {
            let isThere = lines.contains(rule.text[...])
            #expect(isThere || rule.statements.contains(where: \.isBeyondNft), "\(rule.text)")
        }
    }
}
