public import ArgumentParser
import CloudModel
import Glibc
import LabRunner

/// The `netlab` program.
public struct NetlabCommand: ParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "netlab",
        abstract: "AWS VPCs as real Linux network namespaces, every claim checked by packets.",
        discussion: """
            EXAMPLES
              netlab test private-nat              build it, check every claim, take it down
              netlab up private-nat                build it and leave it up
              netlab exec private-nat app -- curl -s http://echo.example/
              netlab check private-nat --only C3   check one claim
              netlab down private-nat

            EXIT STATUS
              0 all is well   1 a check failed, or a lab has drifted   2 bad input   3 the system refused   130 interrupted
            """,
        version: Version.text,
        subcommands: [Serve.self, ScanOnce.self, ProbeTimes.self],
        groupedSubcommands: [
            CommandGroup(name: "Labs", subcommands: [Up.self, Down.self, Test.self, Check.self]),
            CommandGroup(name: "Inside", subcommands: [Exec.self, Shell.self]),
            CommandGroup(name: "Looking", subcommands: [ListLabs.self, Status.self, Plan.self]),
            CommandGroup(name: "Files and machine", subcommands: [Validate.self, Schema.self, Doctor.self]),
        ])

    public init() {}

    /// Parses, runs, and leaves with the exit status of the design.
    public static func start() -> Never {
        do {
            var command = try Self.command()
            try command.run()
            Self.leave(0)
        } catch let error as LabRunnerError {
            Output.complain(error.description)
            Self.leave(error.kind.exitCode)
        } catch let error as ExitCode {
            Self.leave(error.rawValue)
        } catch {
            // ArgumentParser's own: help and version are no errors, a wrong word is bad input.
            let text = fullMessage(for: error)
            if exitCode(for: error) == .success {
                Output.say(text)
                Self.leave(0)
            }
            if exitCode(for: error) == .validationFailure {
                Output.complain(text, raw: true)
                Self.leave(2)
            }
            Output.complain("\(error)")
            Self.leave(3)
        }
    }

    /// The command that was asked for.
    ///
    /// A lab's background process is started by us alone, and somebody waits for it: it goes past the tree of commands,
    /// which takes ArgumentParser some milliseconds to look through.
    private static func command() throws -> any ParsableCommand {
        let words = CommandLine.arguments.dropFirst()
        if words.first == Serve.configuration.commandName { return try Serve.parse(Array(words.dropFirst())) }
        return try parseAsRoot()
    }

    private static func leave(_ code: Int32) -> Never { Glibc.exit(code) }
}

extension LabRunnerError.Kind {
    var exitCode: Int32 {
        switch self {
        case .input: 2
        case .system: 3
        case .interrupted: 130
        }
    }
}

/// The version `--version` prints.
enum Version {
    static let number = "0.1.0"
    static var text: String { "netlab \(number)" }
}
