import Glibc
import LinuxSystem

/// Only one command at a time changes a lab. The kernel lets go if we are killed.
enum LabLock {
    static func path(of name: String) -> String { "\(StateFolder.root)/.\(name).lock" }

    /// Runs `body` (which gets the lock's descriptor) while nobody else may change the lab; waits up to `seconds` for another command to finish.
    static func holding<Value>(_ name: String, waiting seconds: Int = 10, _ body: (_ lock: Int32) throws -> Value)
        throws -> Value
    {
        let path = path(of: name)
        let deadline = ContinuousClock.now + .seconds(seconds)
        while true {
            if let file = try take(path) { return try with(file, path) { try body(file.raw) } }
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
        let path = path(of: name)
        return try take(path).map { file in try with(file, path, body) }
    }

    /// Whether a command is at work on the lab; changes nothing.
    static func isHeld(_ name: String) -> Bool {
        guard let file = try? OwnedDescriptor(opening: path(of: name), O_RDONLY | O_NOFOLLOW) else { return false }
        return flock(file.raw, LOCK_EX | LOCK_NB) != 0
    }

    private static func with<Value>(_ file: SharedDescriptor, _ path: String, _ body: () throws -> Value) rethrows
        -> Value
    {
        defer {
            unlink(path)
            _ = rmdir(StateFolder.root)
            withExtendedLifetime(file) {}
        }
        return try body()
    }

    private static func take(_ path: String) throws -> SharedDescriptor? {
        try Files.makeFolder(StateFolder.root, mode: 0o700)
        try StateFolder.verifyRoot()
        guard let file = try open(path) else { return nil }
        guard flock(file.raw, LOCK_EX | LOCK_NB) == 0 else { return nil }
        // The holder before us may have removed the file while we waited: then what we locked is nobody's any more.
        var held = stat()
        var named = stat()
        guard fstat(file.raw, &held) == 0, stat(path, &named) == 0 else { return nil }
        return held.st_ino == named.st_ino && held.st_dev == named.st_dev ? file : nil
    }

    /// `nil` when the folder went away meanwhile: the last lab of the machine has just come down.
    private static func open(_ path: String) throws -> SharedDescriptor? {
        do {
            return SharedDescriptor(try OwnedDescriptor(opening: path, O_RDWR | O_CREAT | O_NOFOLLOW))
        } catch {
            if error.errno == ENOENT { return nil }
            throw error
        }
    }
}
