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
    ///
    /// - Parameter reserve: Namespaces without a name, to be taken first.
    public static func create<Value>(
        _ names: [String], from reserve: NamespaceReserve? = nil, inside: (Int, NetworkNamespace) throws -> Value
    ) throws -> [Value] {
        let ready = reserve?.take() ?? []
        return try onThrowawayThread("netlab-ns") {
            try names.enumerated().map { index, name in
                if index < ready.count {
                    try systemCall("setns", name) { cnl_setns(ready[index].raw, cnl_clone_newnet) }
                } else {
                    try systemCall("unshare", name) { cnl_unshare(cnl_clone_newnet) }
                }
                let path = path(name)
                _ = try OwnedDescriptor(opening: path, O_RDONLY | O_CREAT | O_EXCL, mode: 0)
                try systemCall("mount", path) {
                    mount("/proc/thread-self/ns/net", path, "none", UInt(MS_BIND), nil)
                }
                let descriptor =
                    try index < ready.count
                    ? ready[index] : SharedDescriptor(OwnedDescriptor(opening: "/proc/thread-self/ns/net", O_RDONLY))
                return try inside(index, NetworkNamespace(name: name, descriptor: descriptor))
            }
        }
    }

    /// Makes the folder a shared mount of its own, as `ip netns` does.
    ///
    /// If it were a plain folder, the next `ip netns add` on the machine would mount it over itself, and our mounts
    /// below could never be taken away again. Leaves `marker` behind when it was not so before.
    public static func makeFolder(marker: String) throws(SystemError) {
        if isMountPoint { return }
        try Files.write("", to: marker)
        try Files.makeFolder(folder)
        try systemCall("mount", folder) { mount(folder, folder, "none", UInt(MS_BIND) | UInt(MS_REC), nil) }
        try systemCall("mount", folder) { mount("", folder, "none", UInt(MS_SHARED) | UInt(MS_REC), nil) }
    }

    /// Takes the folder away when it is empty and `makeFolder` made it.
    public static func removeFolderIfOurs(marker: String) throws(SystemError) {
        guard Files.exists(marker) else { return }
        guard try Files.list(folder).isEmpty else { return }
        if isMountPoint {
            try systemCall("umount2", folder) { umount2(folder, Int32(MNT_DETACH)) }
        }
        // Somebody else may have put a name in meanwhile; then the folder stays.
        _ = rmdir(folder)
        try Files.remove(marker)
    }

    /// Whether something is mounted exactly there: its device or its parent's says so only for other filesystems, so
    /// ask the kernel to change nothing about the mount, which fails with EINVAL where there is none.
    private static var isMountPoint: Bool { mount("", folder, "none", UInt(MS_SHARED) | UInt(MS_REC), nil) == 0 }

    /// Takes a name away; the namespace itself goes when nobody holds it any more.
    ///
    /// No error if it is gone already. Equivalent to `ip netns delete NAME`.
    public static func delete(_ name: String) throws(SystemError) {
        let path = path(name)
        // Several layers are possible when somebody mounted over us; the count is bounded by who could have.
        for _ in 0..<8 {
            do {
                // Detached: a process that still looks at the mount does not hinder us. EINVAL: nothing is mounted there.
                try systemCall("umount2", path) { umount2(path, Int32(MNT_DETACH)) }
            } catch  where error.errno == EINVAL || error.errno == ENOENT {
                break
            }
            // The usual case; EBUSY while another layer is mounted there.
            if (try? systemCall("unlink", path, { unlink(path) })) != nil { return }
        }
        try Files.remove(path)
    }
}
