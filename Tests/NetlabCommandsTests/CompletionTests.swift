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

    @Test("the script of every shell asks netlab itself", arguments: ["bash", "zsh", "fish"])
    func scripts(shell: String) throws {
        let shell = try #require(CompletionShell(rawValue: shell))
        let script = NetlabCommand.completionScript(for: shell)
        #expect(script.contains("---completion"))
        for hidden in ["__serve", "__keep", "__scan"] { #expect(!script.contains(hidden), "\(hidden)") }
    }
}
