import ArgumentParser
import Testing

@testable import NetlabCommands

@Suite("Words that are read without ArgumentParser")
struct PlainWordsTests {
    private func read(_ words: String...) -> PlainWords? {
        PlainWords(words[...], flags: ["--json", "--all"], options: ["--name", "--only"])
    }

    @Test func operandsFlagsAndOptions() throws {
        let words = try #require(read("a", "--json", "--only", "C1", "b", "--only", "C2", "--name", "x", "--name", "y"))
        #expect(words.operands == ["a", "b"])
        #expect(words.onlyOperand == nil)
        #expect(words.has("--json") && !words.has("--all"))
        #expect(words.values(of: "--only") == ["C1", "C2"])
        #expect(words.value(of: "--name") == "y")
        #expect(read("a")?.onlyOperand == "a")
    }

    @Test(
        "whatever is not plain is left to ArgumentParser",
        arguments: [
            ["--help"], ["-h"], ["--jsn"], ["--name=x"], ["--name"], ["--name", "--json"], ["--json", "--json"], ["-"],
            ["--", "a"],
        ])
    func notPlain(_ words: [String]) {
        #expect(PlainWords(words[...], flags: ["--json"], options: ["--name"]) == nil)
    }

    @Test(
        "and nothing is done then",
        arguments: [
            [], ["--help"], ["up"], ["up", "--help"], ["down"], ["status", "a", "b"], ["check"],
            ["test", "a", "--format", "x"],
            ["exec", "lab", "node"], ["exec", "lab", "node", "--"], ["exec", "lab", "--", "ls"], ["validate"],
            ["upp", "x"],
            ["list", "x"], ["--version", "x"], ["__serve", "x", "--lock", "3"], ["__scan", "--tcp", "1"],
        ])
    func leftAlone(_ words: [String]) throws {
        #expect(try !NetlabCommand.runPlainly(words[...]))
    }

    /// What is read here means the same there.
    @Test func bothWaysAgree() throws {
        let words = ["lab", "--json", "--only", "C1", "--only", "C3", "--output", "x.json"]
        let plain = try #require(
            PlainWords(words[...], flags: CheckChoice.flags, options: CheckChoice.options).flatMap(CheckChoice.init))
        let long = try Check.parse(words).options.choice
        #expect(plain.only == long.only && plain.format == long.format && plain.output == long.output)
        _ = try Up.parse(["lab", "--name", "x", "--check", "--json", "--no-services", "--timings"])
        _ = try Down.parse(["a", "b", "--json"])
        _ = try Serve.parse(["lab", "--readiness", "3", "--lock", "4"])
        _ = try ScanOnce.parse(["--namespace", "n", "--tcp", "1-2", "--tcp", "3", "--threads", "2", "10.0.0.1"])
    }
}
