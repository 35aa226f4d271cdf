import ArgumentParser
import Testing

@testable import NetlabCommands

@Suite("What shells propose")
struct CompletionTests {
    @Test func labsAndNodesByTheNamesOfNamespaces() {
        let nodes = RunningNodes(names: ["b.internet", "a.app", "a.internet", "a.db", "docker.0", "ab.app", "other"])
        #expect(nodes.labs == ["a", "b"])
        #expect(nodes.nodes(of: "a") == ["app", "db", "internet"])
        #expect(nodes.nodes(of: "c") == [])
    }

    @Test("of a lab that is not up, its nodes; of one that is, what can fail")
    func nodesByTheFile() throws {
        let file = "\(#filePath.split(separator: "/Tests/")[0])/labs/nat-per-az.yaml"
        let nodes = LabFiles.nodes(ofOne: ["netlab", "explain", file, ""])
        #expect(nodes.contains("nat-a") && nodes.contains("internet"), "\(nodes)")
        #expect(LabFiles.nodes(ofOne: ["netlab", "explain", "no-such-lab", ""]) == [])
        let lab = try #require(try LabSource.look(at: file).lab)
        #expect(Outages.possible(in: lab, ["netlab", "fail", "x", "zone", ""]) == ["a", "b"])
        #expect(Outages.possible(in: lab, ["netlab", "fail", "x", "nat", ""]) == ["nat-a", "nat-b"])
        #expect(Outages.possible(in: lab, ["netlab", "fail", "x", "node", ""]) == nodes)
    }

    @Test("the script of every shell asks netlab itself", arguments: ["bash", "zsh", "fish"])
    func scripts(shell: String) throws {
        let shell = try #require(CompletionShell(rawValue: shell))
        let script = NetlabCommand.completionScript(for: shell)
        #expect(script.contains("---completion"))
        for hidden in ["__serve", "__keep", "__scan"] { #expect(!script.contains(hidden), "\(hidden)") }
    }
}
