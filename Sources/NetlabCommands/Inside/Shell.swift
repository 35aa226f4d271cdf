import ArgumentParser
import Glibc
import LabRunner
import LinuxSystem

/// `netlab shell`.
struct Shell: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shell",
        abstract: "Open a shell inside a node; the prompt says where you are.",
        discussion: """
            EXAMPLES
              netlab shell private-nat app
            """)

    @Argument(help: "A running lab.", completion: .runningLab) var name: String
    @Argument(help: "A node of it.", completion: .node) var node: String

    func run() throws {
        let name = try LabName.valid(name)
        setenv("NETLAB_LAB", name, 1)
        setenv("NETLAB_NODE", node, 1)
        try NodeEntry.execute(command(prompt: "\(node)@\(name)"), lab: name, node: node)
    }

    /// bash reads the user's own settings first and takes our prompt after them; other shells take `PS1`.
    private func command(prompt: String) -> [String] {
        let shell = getenv("SHELL").map { String(cString: $0) } ?? "/bin/sh"
        guard shell.hasSuffix("/bash"), Files.isExecutable(shell) else {
            setenv("PS1", "\(prompt) $ ", 1)
            return [Files.isExecutable(shell) ? shell : "/bin/sh"]
        }
        let ours = "[ -f ~/.bashrc ] && . ~/.bashrc; PS1='\(prompt):\\w\\$ '"
        return [shell, "-c", "exec \(shell) --rcfile <(printf '%s\\n' \"$1\") -i", "netlab", ours]
    }
}
