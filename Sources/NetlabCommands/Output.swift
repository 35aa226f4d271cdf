import FoundationEssentials
import Glibc
import LabRunner
import LinuxSystem
import Synchronization

/// The one place that writes: results to standard output, everything else to standard error.
enum Output {
    /// Results.
    static func say(_ text: String) {
        do {
            try write(text, to: STDOUT_FILENO)
        } catch {
            // A reader that went away (`netlab … | head`) is no error of ours.
            if error.errno != EPIPE { lose(error) }
        }
    }

    /// Progress and notes, for people.
    static func note(_ text: String) { try? write(text, to: STDERR_FILENO) }

    /// What went wrong, under our name; `raw` for texts that name a file and line themselves.
    static func complain(_ text: String, raw: Bool = false) { note(raw ? text : "netlab: \(text)") }

    /// A value as JSON: keys sorted, so that the same facts are the same bytes.
    static func json(_ value: some Encodable) throws { say(try text(value)) }

    /// The same as text.
    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// A report into a file of the user's choosing.
    static func write(_ text: String, toFile path: String) throws {
        do {
            try CallersFile.open(path).write((text.hasSuffix("\n") ? text : text + "\n").utf8)
        } catch {
            // A path is the user's; room on the disk is the machine's.
            let isFull = [ENOSPC, EDQUOT, EIO].contains(error.errno)
            throw LabRunnerError(isFull ? .system : .input, "the report could not be written: \(error)")
        }
    }

    /// Results were lost: whoever asked for them has not got them, however the command itself went.
    static var hasLostResults: Bool { isLost.load(ordering: .relaxed) }

    private static let isLost = Atomic<Bool>(false)

    /// Said once, and the status at the end tells.
    private static func lose(_ error: SystemError) {
        guard !isLost.exchange(true, ordering: .relaxed) else { return }
        complain("the output could not be written: \(error)")
    }

    /// Colour is for terminals, unless `NO_COLOR` says no.
    static var usesColor: Bool { isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == nil && !isDumb }

    /// Somebody sits in front of standard error and may wonder what we are doing.
    static var isWatched: Bool { isatty(STDERR_FILENO) == 1 }

    /// Somebody still reads our results; a pipe (`netlab trace … | head`) may have been closed.
    static var hasReader: Bool {
        guard !hasLostResults else { return false }
        var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        return poll(&output, 1, 0) <= 0
    }

    /// A value as one line of JSON, for streams.
    static func jsonLine(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        say(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    private static var isDumb: Bool { getenv("TERM").map { String(cString: $0) == "dumb" } ?? true }

    private static func write(_ text: String, to descriptor: Int32) throws(SystemError) {
        let bytes = Array((text.hasSuffix("\n") ? text : text + "\n").utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent)
            }
            // Not `systemCall`: a descriptor that our caller has closed is no bug of ours.
            let code = errno
            switch code {
            case _ where count >= 0: sent += count
            case EINTR: continue
            case EAGAIN:
                // Somebody made the pipe non-blocking; it is only full.
                var output = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&output, 1, -1)
            default: throw SystemError(call: "write", errno: code, subject: "standard output")
            }
        }
    }
}
