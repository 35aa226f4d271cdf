import CNetlabShims
import Glibc
import LinuxSystem

/// Where a user's keeper can be found: a folder of the user's, with the keeper's socket in it.
struct KeeperFolder {
    let path: String
    private let descriptor: SharedDescriptor

    /// `$XDG_RUNTIME_DIR/netlab`; where that is not the user's own, `/run/user/UID/netlab` or `/tmp/netlab-UID`.
    ///
    /// Programs of one user may or may not have the variable, and all shall find the same keeper.
    static var place: String {
        let user = geteuid()
        let named = getenv("XDG_RUNTIME_DIR").map { String(cString: $0) }.flatMap { $0.hasPrefix("/") ? $0 : nil }
        for folder in [named, "/run/user/\(user)"].compactMap({ $0 }) where isOwn(folder, user) {
            return "\(folder)/netlab"
        }
        return "/tmp/netlab-\(user)"
    }

    private static func isOwn(_ folder: String, _ user: uid_t) -> Bool {
        var status = stat()
        return stat(folder, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR && status.st_uid == user
    }

    /// `nil` where there is none. Does not go through a symlink, nor into what others own or may change.
    init?(opening path: String) throws {
        do {
            descriptor = SharedDescriptor(
                try OwnedDescriptor(opening: path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW))
        } catch {
            if error.errno == ENOENT { return nil }
            throw error.errno == ELOOP || error.errno == ENOTDIR || error.errno == EACCES
                ? Self.notOurs(path) : RootlessRefusal(error)
        }
        self.path = path
        var status = stat()
        try systemCall("fstat", path) { fstat(descriptor.raw, &status) }
        guard status.st_uid == geteuid(), status.st_mode & 0o077 == 0 else { throw Self.notOurs(path) }
    }

    private static func notOurs(_ path: String) -> RootlessRefusal {
        RootlessRefusal(step: "folder", text: "\(path) is not a folder that is yours alone")
    }

    /// The socket in this very folder, whatever becomes of its path, and short enough for any socket address.
    private var socketPath: String { "/proc/self/fd/\(descriptor.raw)/keeper" }

    /// Whether the socket is (still) there.
    var hasSocket: Bool { Files.exists(socketPath) }

    /// A connection to the keeper; `nil` where none listens.
    func connect() throws -> SharedDescriptor? {
        let socket = SharedDescriptor(try OwnedDescriptor(socket: AF_UNIX, socketStream))
        do {
            try systemCall("connect", path) { cnl_connect_unix(socket.raw, socketPath) }
        } catch {
            if error.errno == ENOENT || error.errno == ECONNREFUSED { return nil }
            throw RootlessRefusal(error)
        }
        guard cnl_peer_user(socket.raw) == Int64(geteuid()) else { throw Self.notOurs(path) }
        return socket
    }

    /// A socket for others to connect to. What a killed keeper left is replaced: ask `connect` first, under the lock.
    func listen() throws -> SharedDescriptor {
        let socket = SharedDescriptor(try OwnedDescriptor(socket: AF_UNIX, socketStream | socketNonBlocking))
        unlink(socketPath)
        try systemCall("bind", path) { cnl_bind_unix(socket.raw, socketPath) }
        try systemCall("listen", path) { Glibc.listen(socket.raw, 64) }
        return socket
    }

    /// Takes the lock on the folder; `false` if somebody else has it, or if the folder is no longer the one at `path`.
    func lock(waiting: Bool) throws -> Bool {
        do {
            try systemCall("flock", path) { flock(descriptor.raw, waiting ? LOCK_EX : LOCK_EX | LOCK_NB) }
        } catch {
            if error.errno == EWOULDBLOCK { return false }
            throw RootlessRefusal(error)
        }
        var held = stat()
        var named = stat()
        let isThere = fstat(descriptor.raw, &held) == 0 && stat(path, &named) == 0
        return isThere && held.st_ino == named.st_ino && held.st_dev == named.st_dev
    }

    func unlock() { flock(descriptor.raw, LOCK_UN) }

    /// Removes what a killed keeper, or a command killed before it had one, left behind.
    func removeIfStale() throws {
        guard try lock(waiting: false) else { return }
        defer { unlock() }
        if try connect() == nil { remove() }
    }

    /// Removes socket and folder; a folder with something else in it stays.
    func remove() {
        unlink(socketPath)
        rmdir(path)
    }

    /// Says through a descriptor when something in the folder goes away: a session that ends takes it along.
    func watch() throws -> SharedDescriptor {
        let watch = SharedDescriptor(
            OwnedDescriptor(owning: try systemCall("inotify_init1") { inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK)) }))
        try systemCall("inotify_add_watch", path) {
            inotify_add_watch(watch.raw, "/proc/self/fd/\(descriptor.raw)", UInt32(IN_DELETE | IN_DELETE_SELF))
        }
        return watch
    }
}
