import CNetlabShims
import Glibc
public import LinuxSystem

/// A user's own world: a user namespace in which they are root, and the mounts and the network that belong to it.
///
/// In it the kernel allows everything a lab needs, and nothing outside. Only for a process with a single thread (the
/// kernel refuses others), so at the very start of one.
public enum UserNamespace {
    /// The three namespaces as open files, in the order in which they must be entered.
    public static let count = 3

    /// Moves this process into new ones, as root of them; files it makes still belong to the user.
    ///
    /// One user and one group are mapped, which needs nobody's leave; everybody else's files appear as `nobody`'s.
    /// Equivalent to `unshare --user --map-root-user --mount --net`.
    public static func make() throws(SystemError) {
        let (user, group) = (geteuid(), getegid())
        try systemCall("unshare CLONE_NEWUSER") { cnl_unshare(cnl_clone_newuser) }
        // Since Linux 3.19 a group may be mapped without privilege only where setgroups(2) has been given up.
        try Files.set("deny", at: "/proc/self/setgroups")
        try Files.set("0 \(user) 1", at: "/proc/self/uid_map")
        try Files.set("0 \(group) 1", at: "/proc/self/gid_map")
        try systemCall("unshare CLONE_NEWNS") { cnl_unshare(cnl_clone_newns) }
        try systemCall("unshare CLONE_NEWNET") { cnl_unshare(cnl_clone_newnet) }
    }

    /// This process's own three, to be handed to others.
    public static func descriptors() throws(SystemError) -> [SharedDescriptor] {
        var all: [SharedDescriptor] = []
        for kind in ["user", "mnt", "net"] {
            all.append(SharedDescriptor(try OwnedDescriptor(opening: "/proc/self/ns/\(kind)", O_RDONLY)))
        }
        return all
    }

    /// Moves this process into somebody's three. The working folder becomes `/`, as the kernel has it.
    ///
    /// Equivalent to `nsenter --user --mount --net --preserve-credentials`.
    public static func join(_ namespaces: [SharedDescriptor]) throws(SystemError) {
        let kinds = [
            ("CLONE_NEWUSER", cnl_clone_newuser), ("CLONE_NEWNS", cnl_clone_newns), ("CLONE_NEWNET", cnl_clone_newnet),
        ]
        for (namespace, kind) in zip(namespaces, kinds) {
            try systemCall("setns \(kind.0)") { cnl_setns(namespace.raw, kind.1) }
        }
    }
}
