import Glibc
import LinuxSystem

/// Only one command at a time changes a lab. The kernel lets go if we are killed.
enum LabLock {
    static func path(of name: String) -> String { "\(StateFolder.root)/.\(name).lock" }

    /// Runs `body` (which gets the lock's descriptor) while nobody else may change the lab; waits up to `seconds` for another command to finish.
    static func holding<Value>(_ name: String, waiting seconds: Int = 10, _ body: (_ lock: Int32) throws -> Value)
        throws -> Value
    {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while true {
            if let file = try take(name) { return try with(file, name) { try body(file.raw) } }
            guard ContinuousClock.now < deadline else {
                throw LabRunnerError(
                    .system, "another netlab command is busy with lab \(name)", hint: "wait for it, then try again")
            }
            try Interruption.check()
            // flock has no timeout of its own; there is no event to wait for.
            usleep(10_000)
        }
    }

    /// The same without waiting: `nil` when another command has the lock.
    static func holdingIfFree<Value>(_ name: String, _ body: () throws -> Value) throws -> Value? {
        try take(name).map { file in try with(file, name, body) }
    }

    /// Whether a command is at work on the lab; changes nothing.
    static func isHeld(_ name: String) -> Bool { isLocked(path(of: name)) || isLocked(standIn(of: name)) }

    private static func with<Value>(_ file: SharedDescriptor, _ name: String, _ body: () throws -> Value) rethrows
        -> Value
    {
        defer {
            // Only our own: where there was no room for one, another command's may stand there by now.
            if isStill(file, at: path(of: name)) { unlink(path(of: name)) }
            _ = rmdir(StateFolder.root)
            withExtendedLifetime(file) {}
        }
        return try body()
    }

    private static func take(_ name: String) throws -> SharedDescriptor? {
        try Files.makeFolder(StateFolder.root, mode: 0o700)
        try StateFolder.verifyRoot()
        do {
            let file = SharedDescriptor(try OwnedDescriptor(opening: path(of: name), O_RDWR | O_CREAT | O_NOFOLLOW))
            guard flock(file.raw, LOCK_EX | LOCK_NB) == 0 else { return nil }
            // The holder before us may have removed the file while we waited: then what we locked is nobody's any more.
            return isStill(file, at: path(of: name)) && !isLocked(standIn(of: name)) ? file : nil
        } catch {
            // The folder went away meanwhile: the last lab of the machine has just come down.
            if error.errno == ENOENT { return nil }
            guard error.errno == ENOSPC || error.errno == EDQUOT else { throw error }
            return try takeWithoutRoom(name, error)
        }
    }

    /// A file that every lab has. On a full disk it is locked in place of the file for which there is no room: a lab must
    /// come down even then. Whoever finds room afterwards looks at both.
    private static func standIn(of name: String) -> String { StateFolder(name).version }

    private static func takeWithoutRoom(_ name: String, _ error: SystemError) throws -> SharedDescriptor? {
        guard let file = try? OwnedDescriptor(opening: standIn(of: name), O_RDONLY | O_NOFOLLOW) else { throw error }
        let shared = SharedDescriptor(file)
        return flock(shared.raw, LOCK_EX | LOCK_NB) == 0 ? shared : nil
    }

    private static func isLocked(_ path: String) -> Bool {
        guard let file = try? OwnedDescriptor(opening: path, O_RDONLY | O_NOFOLLOW) else { return false }
        // Shared, so that those who only look do not take each other for holders.
        return flock(file.raw, LOCK_SH | LOCK_NB) != 0
    }

    private static func isStill(_ file: SharedDescriptor, at path: String) -> Bool {
        var held = stat()
        var named = stat()
        return fstat(file.raw, &held) == 0 && stat(path, &named) == 0 && held.st_ino == named.st_ino
            && held.st_dev == named.st_dev
    }
}
