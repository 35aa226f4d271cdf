import Glibc
import LinuxSystem
import Namespaces

/// `/run/netns`: if we made it, the last lab to go takes it away again.
///
/// Labs that come and go at the same time must not make it twice, nor remove it under one another: a lock on the state
/// root stands between them.
enum NetnsFolder {
    private static let marker = "\(StateFolder.root)/.made-run-netns"

    /// Makes the folder if need be and keeps it in place while `body` puts names into it.
    static func using<Value>(_ body: () throws -> Value) throws -> Value {
        try alone {
            try NamedNamespace.makeFolder(marker: marker)
            return try body()
        }
    }

    /// Removes the folder if it is empty and ours.
    static func leave() throws {
        guard Files.exists(marker) else { return }
        try alone { try NamedNamespace.removeFolderIfOurs(marker: marker) }
    }

    /// The lock is freed by closing, so also when we are killed.
    private static func alone<Value>(_ body: () throws -> Value) throws -> Value {
        let folder = SharedDescriptor(try OwnedDescriptor(opening: StateFolder.root, O_RDONLY | O_DIRECTORY))
        try systemCall("flock", StateFolder.root) { flock(folder.raw, LOCK_EX) }
        defer { withExtendedLifetime(folder) {} }
        return try body()
    }
}
