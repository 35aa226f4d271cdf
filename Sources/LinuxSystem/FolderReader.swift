import Glibc

/// Reads the regular files below a folder that anybody may have filled: bounded, and without following a symlink.
public struct FolderReader {
    public struct Limits: Sendable {
        public let files: Int
        /// Folders within folders.
        public let depth: Int
        /// Of one file.
        public let fileBytes: Int
        /// Of all of them.
        public let bytes: Int

        public init(files: Int, depth: Int, fileBytes: Int, bytes: Int) {
            self.files = files
            self.depth = depth
            self.fileBytes = fileBytes
            self.bytes = bytes
        }
    }

    public struct File: Sendable {
        /// Below the folder, e.g. `us-east-1/Vpcs.json`.
        public let path: String
        /// The folders in that path.
        public let folders: [String]
        public let bytes: [UInt8]
    }

    /// In the order of their paths.
    public private(set) var files: [File] = []
    /// What was not read, and why.
    public private(set) var refused: [(path: String, reason: String)] = []
    private let limits: Limits
    private let suffix: String
    private var bytes = 0
    /// Entries looked at, of whatever kind: a folder of a million symlinks ends, too.
    private var entries = 0

    /// - Parameter suffix: only files whose names end so are read.
    public static func read(_ path: String, suffix: String, limits: Limits) throws(SystemError) -> FolderReader {
        var reader = FolderReader(limits: limits, suffix: suffix)
        let folder = try OwnedDescriptor(opening: path, O_RDONLY | O_DIRECTORY)
        try reader.visit(folder, [])
        return reader
    }

    private init(limits: Limits, suffix: String) {
        self.limits = limits
        self.suffix = suffix
    }

    private mutating func visit(_ folder: borrowing OwnedDescriptor, _ parents: [String]) throws(SystemError) {
        for name in try names(folder, parents) {
            let path = (parents + [name]).joined(separator: "/")
            entries += 1
            guard entries <= 4 * limits.files else {
                refused.append((path, "more than \(4 * limits.files) entries; the rest is not looked at"))
                return
            }
            // O_NONBLOCK: opening a pipe must not wait for its writer.
            let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY
            let raw = openat(folder.raw, name, flags)
            guard raw >= 0 else {
                let code = errno
                refused.append((path, code == ELOOP ? "it is a symlink" : String(cString: strerror(code))))
                continue
            }
            let entry = OwnedDescriptor(owning: raw)
            try take(entry, path, parents, name)
        }
    }

    private mutating func take(
        _ entry: borrowing OwnedDescriptor, _ path: String, _ parents: [String], _ name: String
    ) throws(SystemError) {
        var status = stat()
        try systemCall("fstat", path) { fstat(entry.raw, &status) }
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            guard parents.count < limits.depth else {
                return refused.append((path, "more than \(limits.depth) folders deep"))
            }
            try visit(entry, parents + [name])
        case S_IFREG where name.hasSuffix(suffix): try read(entry, path, parents, size: Int(status.st_size))
        case S_IFREG: break
        default: refused.append((path, "it is no regular file"))
        }
    }

    private mutating func read(
        _ entry: borrowing OwnedDescriptor, _ path: String, _ parents: [String], size: Int
    ) throws(SystemError) {
        guard files.count < limits.files else {
            return refused.append((path, "more than \(limits.files) files"))
        }
        // A file may grow while it is read: what counts is what came.
        let room = min(limits.fileBytes, limits.bytes - bytes)
        guard size <= room else { return refused.append((path, "it has \(size) bytes, and \(room) may still be read")) }
        let content = try entry.readAll(limit: room + 1)
        guard content.count <= room else {
            return refused.append((path, "more than \(room) bytes may not be read"))
        }
        bytes += content.count
        files.append(File(path: path, folders: parents, bytes: content))
    }

    /// The names in a folder, sorted, so that the same folder is read in the same order everywhere.
    private func names(_ folder: borrowing OwnedDescriptor, _ parents: [String]) throws(SystemError) -> [String] {
        let copy = try folder.duplicate().release()
        guard let stream = fdopendir(copy) else {
            let code = errno
            close(copy)
            throw SystemError(call: "fdopendir", errno: code, subject: parents.joined(separator: "/"))
        }
        defer { closedir(stream) }
        var names: [String] = []
        while names.count <= 4 * limits.files, let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
