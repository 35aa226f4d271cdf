import FoundationEssentials
import Glibc
import LinuxSystem
import Synchronization

/// The access log of one lab, `access.jsonl` in its state folder, and its only writer.
///
/// A record is written before the answer leaves, so whoever holds an answer finds its line.
public final class AccessLog: Sendable {
    /// At this size the file moves to `access.jsonl.1`, over an older one.
    static let defaultLimit = 64 << 20

    private struct Target: ~Copyable {
        var descriptor: OwnedDescriptor
        var size: Int
    }

    private let path: String
    private let limit: Int
    private let target: Mutex<Target>

    init(folder: String, limit: Int = AccessLog.defaultLimit) throws(SystemError) {
        path = Self.path(in: folder)
        self.limit = limit
        target = Mutex(try Self.open(path))
    }

    /// Where the log of a lab with this state folder is.
    public static func path(in folder: String) -> String { "\(folder)/access.jsonl" }

    /// The records written so far, oldest first; a half-written last line is left out.
    public static func records(in folder: String) throws -> [AccessRecord] {
        let bytes = try OwnedDescriptor(opening: path(in: folder), O_RDONLY).readAll(limit: defaultLimit * 2)
        let decoder = JSONDecoder()
        return bytes.split(separator: UInt8(ascii: "\n")).compactMap {
            try? decoder.decode(AccessRecord.self, from: Data($0))
        }
    }

    func write(_ record: AccessRecord) {
        let line = Array(record.line.utf8)
        target.withLock { target in
            if target.size + line.count > limit, let fresh = try? Self.rotate(path) { target = fresh }
            // A full disk must not stop the servers; the missing line then shows in the check that looks for it.
            if (try? target.descriptor.write(line)) != nil { target.size += line.count }
        }
    }

    private static func open(_ path: String) throws(SystemError) -> Target {
        let descriptor = try OwnedDescriptor(opening: path, O_WRONLY | O_CREAT | O_APPEND, mode: 0o644)
        var status = stat()
        try systemCall("fstat", path) { fstat(descriptor.raw, &status) }
        return Target(descriptor: descriptor, size: Int(status.st_size))
    }

    private static func rotate(_ path: String) throws(SystemError) -> Target {
        try systemCall("rename", path) { rename(path, path + ".1") }
        return try open(path)
    }
}
