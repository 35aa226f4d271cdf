import Glibc

/// Small files and folders, by system calls alone.
public enum Files {
    /// Writes the whole file, made anew with these permissions. Never follows a symlink at the last step.
    public static func write(_ text: String, to path: String, mode: UInt32 = 0o600) throws(SystemError) {
        let file = try OwnedDescriptor(opening: path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode: mode)
        do {
            try file.write(text.utf8)
        } catch {
            // Which file did not fit, where the disk is full.
            throw SystemError(call: error.call, errno: error.errno, subject: path)
        }
    }

    /// Gives a file new text: readers see the old or the new, whenever we are killed, and never half of one.
    ///
    /// The draft has a name of its own, so that several writers at once do not meet in it.
    public static func replace(_ path: String, with text: String, mode: UInt32 = 0o600) throws(SystemError) {
        let draft = "\(path).\(getpid()).\(UInt32.random(in: 0...UInt32.max))"
        try write(text, to: draft, mode: mode)
        try systemCall("rename", path) { rename(draft, path) }
    }

    /// Writes one value into a kernel file such as `/proc/sys/net/ipv4/ip_forward`.
    public static func set(_ value: String, at path: String) throws(SystemError) {
        let file = try OwnedDescriptor(opening: path, O_WRONLY)
        try file.write(value.utf8)
    }

    public static func read(_ path: String, limit: Int = 64 << 20) throws(SystemError) -> String {
        let file = try OwnedDescriptor(opening: path, O_RDONLY)
        return String(decoding: try file.readAll(limit: limit), as: UTF8.self)
    }

    /// The same, but `nil` where there is no such file.
    public static func readIfThere(_ path: String, limit: Int = 64 << 20) throws(SystemError) -> String? {
        do {
            return try read(path, limit: limit)
        } catch {
            if error.errno == ENOENT { return nil }
            throw error
        }
    }

    public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    public static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The path without symlinks and dots; `nil` if nothing is there.
    public static func resolved(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    public static func isExecutable(_ path: String) -> Bool { access(path, X_OK) == 0 }

    /// What a symbolic link says; `nil` if it cannot be read. Also what `/proc/PID/ns/net` and its like say.
    public static func linkTarget(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink(path, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
    }

    /// Makes one folder; says whether it was new.
    @discardableResult
    public static func makeFolder(_ path: String, mode: UInt32 = 0o755) throws(SystemError) -> Bool {
        do {
            try systemCall("mkdir", path) { mkdir(path, mode) }
            return true
        } catch  where error.errno == EEXIST {
            return false
        }
    }

    /// The names in a folder, sorted; empty if it does not exist.
    public static func list(_ path: String) throws(SystemError) -> [String] {
        let raw: Int32
        do {
            raw = try OwnedDescriptor(opening: path, O_RDONLY | O_DIRECTORY).release()
        } catch {
            if error.errno == ENOENT { return [] }
            throw error
        }
        guard let folder = fdopendir(raw) else {
            let code = errno
            close(raw)
            throw SystemError(call: "fdopendir", errno: code, subject: path)
        }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Removes a file; no error if it is gone already.
    public static func remove(_ path: String) throws(SystemError) {
        do {
            try systemCall("unlink", path) { unlink(path) }
        } catch  where error.errno == ENOENT {
            return
        }
    }

    /// Removes a folder with everything in it, without following symlinks; no error if it is gone already.
    public static func removeTree(_ path: String) throws(SystemError) {
        // Most are files: unlink at once, and look only when it is refused (a folder gives EISDIR on Linux).
        do {
            try systemCall("unlink", path) { unlink(path) }
            return
        } catch  where error.errno == ENOENT {
            return
        } catch {}
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR else { return try remove(path) }
        for name in try list(path) { try removeTree("\(path)/\(name)") }
        do {
            try systemCall("rmdir", path) { rmdir(path) }
        } catch  where error.errno == ENOENT {
            return
        }
    }

    /// Finds a program: `PATH` first, then where Debian keeps servers, for a user's `PATH` has no sbin.
    public static func program(_ name: String) -> String? {
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        let folders =
            path.split(separator: ":").map(String.init) + ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"]
        return folders.lazy.map { "\($0)/\(name)" }.first(where: isExecutable)
    }
}
