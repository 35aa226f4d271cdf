import Glibc

/// A file that a command writes where its user says.
public enum CallersFile {
    /// Opens it for writing, emptied. Under sudo a file that is new is given to whoever called sudo; one that was there
    /// keeps its owner. Never follows a symlink at the last step.
    public static func open(_ path: String) throws(SystemError) -> OwnedDescriptor {
        let flags = O_WRONLY | O_CREAT | O_NOFOLLOW
        do {
            let file = try OwnedDescriptor(opening: path, flags | O_EXCL, mode: 0o644)
            // A filesystem that knows no owners is no reason to fail.
            if let caller { _ = fchown(file.raw, caller.user, caller.group) }
            return file
        } catch {
            guard error.errno == EEXIST else { throw error }
        }
        return try OwnedDescriptor(opening: path, flags | O_TRUNC, mode: 0o644)
    }

    /// Who called sudo, as sudo says in the environment; `nil` where it did not make us root.
    private static var caller: (user: uid_t, group: gid_t)? {
        guard geteuid() == 0, let user = number("SUDO_UID"), let group = number("SUDO_GID") else { return nil }
        return (user, group)
    }

    private static func number(_ variable: String) -> UInt32? {
        getenv(variable).flatMap { UInt32(String(cString: $0)) }
    }
}
