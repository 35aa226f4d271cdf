/// The lines of a script as they are written one after the other.
struct ShellPage {
    private(set) var lines: [String] = []

    var text: String { lines.joined(separator: "\n") + "\n" }

    mutating func add(_ line: String) { lines.append(line) }
    mutating func add(_ more: [String]) { lines += more }

    /// An empty line, unless there is one already.
    mutating func space() {
        if let last = lines.last, !last.isEmpty { lines.append("") }
    }

    /// A comment, broken into lines of a readable width; an empty one is left out.
    mutating func comment(_ text: String, indent: String = "") {
        guard !text.isEmpty else { return }
        var line = "\(indent)#"
        for word in text.split(separator: " ") {
            if line.count + 1 + word.count > Self.width, line.count > indent.count + 1 {
                lines.append(line)
                line = "\(indent)#"
            }
            line += " \(word)"
        }
        lines.append(line)
    }

    /// A ruled-off title.
    mutating func heading(_ text: String) {
        space()
        let rule = String(repeating: "-", count: max(3, Self.width - text.count - 6))
        lines.append("# --- \(text) \(rule)")
    }

    /// A here-document for a command; the quoted word keeps the shell's hands off its content.
    mutating func document(_ command: String, _ body: [String]) {
        lines.append("\(command) <<'NFT'")
        lines += body
        lines.append("NFT")
    }

    private static let width = 100
}
