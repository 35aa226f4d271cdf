import Glibc
import LinuxSystem

/// A background process of a lab as `/proc` shows it, for when nothing else tells of it any more.
///
/// Never known by its name alone. All of these must hold: it was started as `__serve LAB`, it is the first process of
/// a pid namespace of its own, its output goes into that lab's state folder (which may be gone), and it sees the same
/// `/run` as we do, so that its lab would be written down where we look.
struct ServingProcess {
    let handle: ProcessHandle
    let lab: String

    static func all() throws -> [ServingProcess] {
        try Files.list("/proc").compactMap(Int32.init).filter { $0 > 1 && $0 != getpid() }.compactMap(Self.init)
    }

    /// `nil` for any other process.
    private init?(_ pid: Int32) {
        let folder = "/proc/\(pid)"
        // Its start time first: were its number another's by the end, the handle would not fit and nothing be killed.
        guard let handle = try? ProcessHandle(pid: pid),
            let words = (try? Files.read("\(folder)/cmdline", limit: 4096))?.split(separator: "\0"),
            words.count >= 3, words[1] == "__serve",
            Self.isFirstOfNamespace((try? Files.read("\(folder)/status", limit: 65_536)) ?? ""),
            let output = Files.linkTarget("\(folder)/fd/1"),
            let here = Self.identity("/run"), Self.identity("\(folder)/root/run") == here
        else { return nil }
        let log = StateFolder(String(words[2])).serverLog
        guard output == log || output == "\(log) (deleted)" else { return nil }
        self.handle = handle
        lab = String(words[2])
    }

    /// `NSpid:  4711  1`: its numbers from the outermost namespace in.
    private static func isFirstOfNamespace(_ status: String) -> Bool {
        let line = status.split(separator: "\n").first { $0.hasPrefix("NSpid:") }
        let numbers = line?.split(whereSeparator: \.isWhitespace).dropFirst() ?? []
        return numbers.count > 1 && numbers.last == "1"
    }

    private static func identity(_ path: String) -> [UInt64]? {
        var status = stat()
        return stat(path, &status) == 0 ? [UInt64(status.st_dev), UInt64(status.st_ino)] : nil
    }
}
