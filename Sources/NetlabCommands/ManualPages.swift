import ArgumentParser
import FoundationEssentials
import LinuxSystem

/// `netlab __man FOLDER`: writes the manual, one page a command, as `make man` wants it.
struct WriteManual: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "__man", shouldDisplay: false)

    @Argument var folder: String

    func run() throws {
        try Files.makeFolder(folder)
        for page in try ManualPage.all() { try Files.write(page.text, to: "\(folder)/\(page.name).1", mode: 0o644) }
    }
}

/// One page of section 1, from what the parser knows of a command: the same words as `--help`.
struct ManualPage {
    /// `netlab-up`
    let name: String
    private let command: CommandFacts
    /// The pages it refers to.
    private let others: [String]

    /// `netlab` and every command that is shown.
    static func all() throws -> [ManualPage] {
        let tool = try JSONDecoder().decode(ToolFacts.self, from: Data(NetlabCommand._dumpHelp().utf8)).command
        let commands = (tool.subcommands ?? []).filter { $0.shouldDisplay != false && $0.commandName != "help" }
        let names = commands.map { "netlab-\($0.commandName)" }
        return [ManualPage(name: "netlab", command: tool, others: names)]
            + zip(names, commands).map { ManualPage(name: $0, command: $1, others: ["netlab"]) }
    }

    /// In the man(7) language.
    var text: String {
        var lines = [
            ".TH \(Roff.word(name.uppercased())) 1 \"\" \(Roff.word(Version.text)) \"netlab manual\"", ".nh", ".ad l",
            ".SH NAME", "\(Roff.text(name)) \\- \(Roff.text(command.abstract ?? ""))",
        ]
        lines += [".SH SYNOPSIS", ".B \(Roff.text(command.call))"] + command.shown.map(\.synopsis)
        if command.shown.isEmpty, command.hasCommands { lines.append(".I command \\fR…") }
        if !command.shown.isEmpty {
            lines.append(".SH OPTIONS")
            for argument in command.shown { lines += argument.item }
        }
        lines += Roff.sections(command.discussion ?? "")
        if command.hasCommands {
            lines.append(".SH COMMANDS")
            for other in (command.subcommands ?? []).filter({ $0.shouldDisplay != false }) {
                lines += [".TP", ".B \(Roff.text(other.commandName))", Roff.text(other.abstract ?? "")]
            }
        }
        lines += [".SH SEE ALSO", others.map { "\(Roff.text($0))(1)" }.joined(separator: ", ")]
        return lines.joined(separator: "\n") + "\n"
    }
}

/// The part of ArgumentParser's description of a program that a manual needs.
private struct ToolFacts: Decodable { let command: CommandFacts }

private struct CommandFacts: Decodable {
    let commandName: String
    let superCommands: [String]?
    let abstract: String?
    let discussion: String?
    let shouldDisplay: Bool?
    let subcommands: [CommandFacts]?
    let arguments: [ArgumentFacts]?

    /// `netlab up`
    var call: String { ((superCommands ?? []) + [commandName]).joined(separator: " ") }
    var shown: [ArgumentFacts] { (arguments ?? []).filter { $0.shouldDisplay != false } }
    var hasCommands: Bool { subcommands?.contains { $0.shouldDisplay != false } ?? false }
}

private struct ArgumentFacts: Decodable {
    struct Name: Decodable {
        let kind: String
        let name: String

        var text: String { kind == "long" ? "--\(name)" : "-\(name)" }
    }

    let kind: String
    let shouldDisplay: Bool?
    let isOptional: Bool?
    let isRepeating: Bool?
    let names: [Name]?
    let valueName: String?
    let defaultValue: String?
    let abstract: String?

    private var call: String {
        let words = (names ?? []).map { "\\fB\(Roff.text($0.text))\\fR" }.joined(separator: ", ")
        let value = "\\fI\(Roff.text(valueName ?? "value"))\\fR"
        return switch kind {
        case "positional": value
        case "flag": words
        default: "\(words) \(value)"
        }
    }

    /// Its place in the synopsis.
    var synopsis: String {
        let words = call + (isRepeating == true ? "…" : "")
        return isOptional == true ? "[\(words)]" : words
    }

    /// Its place in the list.
    var item: [String] {
        let fallback = defaultValue.map { " (default: \($0))" } ?? ""
        return [".TP", call, Roff.text((abstract ?? "") + fallback)]
    }
}

/// Text for troff: nothing in it is an order.
enum Roff {
    /// Backslashes, dashes that are meant as such, and a dot or quote where a line begins.
    static func text(_ text: String) -> String {
        let safe = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
        return safe.hasPrefix(".") || safe.hasPrefix("'") ? "\\&\(safe)" : safe
    }

    /// The same as one argument of a macro.
    static func word(_ text: String) -> String { "\"\(Self.text(text).replacing("\"", with: "\\(dq"))\"" }

    /// A discussion: paragraphs, headings in capitals, and what is indented as it stands.
    static func sections(_ discussion: String) -> [String] {
        guard !discussion.isEmpty else { return [] }
        var lines: [String] = []
        var isVerbatim = false
        func end() {
            if isVerbatim { lines.append(".fi") }
            isVerbatim = false
        }
        if !isHeading(discussion.prefix { $0 != "\n" }) { lines.append(".SH DESCRIPTION") }
        for line in discussion.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.isEmpty {
                end()
                lines.append(".PP")
            } else if isHeading(line) {
                end()
                lines.append(".SH \(text(String(line)))")
            } else {
                if line.hasPrefix("  "), !isVerbatim {
                    lines.append(".nf")
                    isVerbatim = true
                } else if !line.hasPrefix("  ") {
                    end()
                }
                lines.append(text(String(line)))
            }
        }
        end()
        return lines
    }

    private static func isHeading(_ line: Substring) -> Bool {
        !line.isEmpty && line.allSatisfy { $0.isUppercase || $0 == " " }
    }
}
