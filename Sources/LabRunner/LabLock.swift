import Glibc
import LinuxSystem

/// Only one command at a time changes a lab. The kernel lets go if we are killed.
enum LabLock {
    static func path(of name: String) -> String { "\(StateFolder.root)/.\(name).lock" }

    /// Runs `body` while nobody else may change the lab; waits up to `seconds` for another command to finish.
    static func holding<Value>(_ name: String, waiting seconds: Int = 10, _ body: () throws -> Value) throws -> Value {
        try Files.makeFolder(StateFolder.root, mode: 0o700)
        let path = path(of: name)
        let deadline = ContinuousClock.now + .seconds(seconds)
        while true {
            if let file = try take(path) {
                defer {
                    unlink(path)
                    if Files.list(StateFolder.root).isEmpty { _ = rmdir(StateFolder.root) }
                    withExtendedLifetime(file) {}
                }
                return try body()
            }
            guard ContinuousClock.now < deadline else {
                throw LabRunnerError(
                    .system, "another netlab command is busy with lab \(name)", hint: "wait for it, then try again")
            }
            try Interruption.check()
            // flock has no timeout of its own; there is no event to wait for.
            usleep(10_000)
        }
    }

    private static func take(_ path: String) throws -> SharedDescriptor? {
        let file = SharedDescriptor(try OwnedDescriptor(opening: path, O_RDWR | O_CREAT | O_NOFOLLOW))
        guard flock(file.raw, LOCK_EX | LOCK_NB) == 0 else { return nil }
        // The holder before us may have removed the file while we waited: then what we locked is nobody's any more.
        var held = stat()
        var named = stat()
        guard fstat(file.raw, &held) == 0, stat(path, &named) == 0 else { return nil }
        return held.st_ino == named.st_ino && held.st_dev == named.st_dev ? file : nil
    }
}
