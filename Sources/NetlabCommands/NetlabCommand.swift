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
              netlab explain private-nat internet app:8080     what stops it, and on which line of the file
              netlab down private-nat

            EXIT STATUS
              0 all is well   1 a check failed, or a lab has drifted   2 bad input   3 the system refused   130 interrupted
            """,
        version: Version.text,
        subcommands: [
            Serve.self, Keep.self, TryRootless.self, ScanOnce.self, ProbeTimes.self, WriteManual.self,
        ],
        groupedSubcommands: [
            CommandGroup(
                name: "Labs",
                subcommands: [
                    Up.self, Down.self, Test.self, Check.self, Fail.self, Heal.self, PruneLabs.self,
                ]),
            CommandGroup(name: "Inside", subcommands: [Exec.self, Shell.self]),
            CommandGroup(name: "Looking", subcommands: [ListLabs.self, Status.self, Plan.self, CostCommand.self]),
            CommandGroup(name: "Reasoning", subcommands: [Explain.self, Matrix.self, Diff.self]),
            CommandGroup(
                name: "Watching",
                subcommands: [Trace.self, Flows.self, Capture.self, ProbeOnce.self, ScanTargets.self, Bandwidth.self]),
            CommandGroup(
                name: "Files and machine",
                subcommands: [Import.self, Validate.self, Schema.self, Doctor.self]),
        ])

    public init() {}

    /// Parses, runs, and leaves with the exit status of the design.
    public static func start() -> Never {
        do {
            // Without root the commands need a home first, and which one the whole command line tells.
            if geteuid() != 0 {
                var command = try parseAsRoot()
                if try !Unprivileged.prepare(command) { Self.leave(0) }
                try command.run()
            } else if try !runPlainly(CommandLine.arguments.dropFirst()) {
                var command = try parseAsRoot()
                try command.run()
            }
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

    /// The short way, past ArgumentParser's tree of commands; `false` when the words must go the long way.
    static func runPlainly(_ words: ArraySlice<String>) throws -> Bool {
        let rest = words.dropFirst()
        switch words.first {
        case "up": return try Up.runPlainly(rest)
        case "down": return try Down.runPlainly(rest)
        case "test": return try Test.runPlainly(rest)
        case "check": return try Check.runPlainly(rest)
        case "exec": return try Exec.runPlainly(rest)
        case "list": return try ListLabs.runPlainly(rest)
        case "status": return try Status.runPlainly(rest)
        case "validate": return try Validate.runPlainly(rest)
        case "__serve": return try Serve.runPlainly(rest)
        case "__scan": return try ScanOnce.runPlainly(rest)
        case "--version" where rest.isEmpty:
            Output.say(Version.text)
            return true
        default: return false
        }
    }

    private static func leave(_ code: Int32) -> Never {
        Unprivileged.leave()
        // What a check came to is no use to anybody who was not told.
        Glibc.exit(Output.hasLostResults && code <= 1 ? 3 : code)
    }
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
