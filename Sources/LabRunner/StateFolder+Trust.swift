import Glibc
import LinuxSystem

/// A state folder says which process to kill and which names to unlink: nobody but us may have written it.
extension StateFolder {
    /// Refuses links instead of folders, folders and files of others, and links instead of files.
    ///
    /// No error when there is no folder yet.
    func verify() throws {
        try Self.verifyRoot()
        guard try Self.isOwnFolder(path) else { return }
        for name in try Files.list(path) {
            let file = "\(path)/\(name)"
            guard let status = Self.status(file) else { continue }
            let kind = status.st_mode & S_IFMT
            guard kind == S_IFREG || kind == S_IFDIR, status.st_uid == geteuid() else { throw Self.notOurs(file) }
        }
    }

    /// The folder of all labs; a lock must not be made behind a link either.
    static func verifyRoot() throws { _ = try isOwnFolder(root) }

    /// `false` if there is nothing.
    private static func isOwnFolder(_ path: String) throws -> Bool {
        guard let status = status(path) else { return false }
        guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid() else { throw notOurs(path) }
        // Made by us it is 0700. Whatever widened it since is undone, unless the disk may not be written.
        if status.st_mode & 0o077 != 0 {
            do {
                try systemCall("chmod", path) { chmod(path, 0o700) }
            } catch {
                if error.errno != EROFS { throw error }
            }
        }
        return true
    }

    private static func status(_ path: String) -> stat? {
        var status = stat()
        return lstat(path, &status) == 0 ? status : nil
    }

    private static func notOurs(_ path: String) -> LabRunnerError {
        LabRunnerError(
            .system, "\(path) is not ours: a link, or somebody else's",
            hint: "look at it, then remove it and try again")
    }
}
