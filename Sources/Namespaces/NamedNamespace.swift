import CNetlabShims
import Glibc
public import LinuxSystem

/// Namespaces with a name under `/run/netns`, where `ip netns` finds them too.
public enum NamedNamespace {
    public static let folder = "/run/netns"

    public static func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// Makes namespaces one after the other on one thread and runs `inside` while still in each.
    ///
    /// Sockets opened and settings written there cost nothing extra: no later `setns`. One thread on purpose: two are
    /// slower, because mounts are made under one lock.
    /// Equivalent to `ip netns add NAME` for each.
    public static func create<Value>(
        _ names: [String], inside: (Int, NetworkNamespace) throws -> Value
    ) throws -> [Value] {
        try Files.makeFolder(folder)
        return try onThrowawayThread("netlab-ns") {
            try names.enumerated().map { index, name in
                try systemCall("unshare", name) { cnl_unshare(cnl_clone_newnet) }
                let path = path(name)
                _ = try OwnedDescriptor(opening: path, O_RDONLY | O_CREAT | O_EXCL, mode: 0)
                try systemCall("mount", path) {
                    mount("/proc/thread-self/ns/net", path, "none", UInt(MS_BIND), nil)
                }
                let namespace = NetworkNamespace(
                    name: name, descriptor: try OwnedDescriptor(opening: "/proc/thread-self/ns/net", O_RDONLY))
                return try inside(index, namespace)
            }
        }
    }

    /// Takes a name away; the namespace itself goes when nobody holds it any more.
    ///
    /// No error if it is gone already. Equivalent to `ip netns delete NAME`.
    public static func delete(_ name: String) throws(SystemError) {
        let path = path(name)
        // Detached: a process that still looks at the mount does not hinder us. EINVAL: nothing is mounted there.
        do {
            try systemCall("umount2", path) { umount2(path, Int32(MNT_DETACH)) }
        } catch where error.errno == EINVAL || error.errno == ENOENT {
        }
        try Files.remove(path)
    }
}
