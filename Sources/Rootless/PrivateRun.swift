import CNetlabShims
import Glibc
public import LinuxSystem

/// A `/run` of a user's own: everything of the machine's is there under the same path, but its labs and the names of
/// its namespaces.
public struct PrivateRun: Sendable {
    /// Made anew, never the machine's.
    private static let own: Set<String> = ["netlab", "netns"]

    /// The machine's `/run`, which no path leads to any more.
    private let machine: SharedDescriptor

    /// Covers `/run`. Equivalent to `mount -t tmpfs netlab /run`, and a bind mount for each of the old entries.
    public init() throws(SystemError) {
        machine = SharedDescriptor(try OwnedDescriptor(opening: "/run", O_RDONLY | O_DIRECTORY))
        try systemCall("mount", "/run") {
            mount("netlab", "/run", "tmpfs", UInt(MS_NOSUID) | UInt(MS_NODEV), "mode=0755")
        }
        try refresh()
    }

    /// Shows what has come to the machine's `/run` since.
    ///
    /// What may not be shown is left out: nobody but its owner could have looked into it.
    public func refresh() throws(SystemError) {
        let source = "/proc/self/fd/\(machine.raw)"
        for name in try Files.list(source) where !Self.own.contains(name) {
            show("\(source)/\(name)", as: "/run/\(name)")
        }
    }

    private func show(_ source: String, as target: String) {
        var status = stat()
        guard lstat(target, &status) != 0, lstat(source, &status) == 0 else { return }
        if status.st_mode & S_IFMT == S_IFLNK { return copyLink(source, target) }
        let isFolder = status.st_mode & S_IFMT == S_IFDIR
        guard isFolder ? mkdir(target, 0o755) == 0 : (try? Files.write("", to: target)) != nil else { return }
        // Recursive: what is mounted below must not come to light from under its cover, and the kernel insists.
        if mount(source, target, "none", UInt(MS_BIND) | UInt(MS_REC), nil) != 0 {
            _ = isFolder ? rmdir(target) : unlink(target)
        }
    }

    private func copyLink(_ source: String, _ target: String) {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        if readlink(source, &buffer, buffer.count - 1) > 0 { _ = symlink(buffer, target) }
    }
}
