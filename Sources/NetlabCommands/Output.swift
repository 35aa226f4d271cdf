import FoundationEssentials
import Glibc
import LabRunner
import LinuxSystem

/// The one place that writes: results to standard output, everything else to standard error.
enum Output {
    /// Results.
    static func say(_ text: String) {
        fputs(text.hasSuffix("\n") ? text : text + "\n", stdout)
    }

    /// Progress and notes, for people.
    static func note(_ text: String) {
        fflush(stdout)
        fputs(text + "\n", stderr)
    }

    /// What went wrong.
    static func complain(_ text: String, raw: Bool = false) {
        fflush(stdout)
        fputs(raw ? text + "\n" : "netlab: \(text)\n", stderr)
    }

    /// A value as JSON: keys sorted, so that the same facts are the same bytes.
    static func json(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        say(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// Colour is for terminals, unless `NO_COLOR` says no.
    static var usesColor: Bool { isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == nil && !isDumb }

    private static var isDumb: Bool { getenv("TERM").map { String(cString: $0) == "dumb" } ?? true }
}

extension Output {
    /// A report into a file of the user's choosing.
    static func write(_ text: String, to path: String) throws {
        do {
            try Files.write(text.hasSuffix("\n") ? text : text + "\n", to: path, mode: 0o644)
        } catch {
            throw LabRunnerError(.input, "the report could not be written: \(error)")
        }
    }
}
