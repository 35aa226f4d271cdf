import ArgumentParser
import LabRunner

/// `netlab exec`.
struct Exec: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exec",
        abstract: "Run a command inside a node.",
        discussion: """
            The exit status is the command's. It sees the node's network, the lab's DNS, and everything else as you do.

            EXAMPLES
              netlab exec private-nat app -- curl -s http://echo.example/
              netlab exec private-nat scanner -- nmap -Pn 203.0.113.11
            """)

    @Argument(help: "A running lab.", completion: .runningLab) var name: String
    @Argument(help: "A node of it: instance, Internet host, NAT gateway, router…", completion: .node) var node: String
    @Argument(parsing: .postTerminator, help: "The command, after --.") var command: [String] = []

    func validate() throws {
        if command.isEmpty {
            throw ValidationError("give a command after --, e.g. netlab exec \(name) \(node) -- ip address")
        }
    }

    func run() throws { try NodeEntry.execute(command, lab: try LabName.valid(name), node: node) }
}

extension Exec: PlainCommand {
    static func runPlainly(_ words: ArraySlice<String>) throws -> Bool {
        guard let end = words.firstIndex(of: "--"), let before = PlainWords(words[..<end]), before.operands.count == 2
        else { return false }
        let command = Array(words[(end + 1)...])
        guard !command.isEmpty else { return false }
        try NodeEntry.execute(command, lab: try LabName.valid(before.operands[0]), node: before.operands[1])
    }
}
