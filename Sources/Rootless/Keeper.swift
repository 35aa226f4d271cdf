import Glibc
public import LinuxSystem
import Namespaces
import Synchronization

/// The process that keeps an ordinary user's labs: `netlab __keep`, one a user.
///
/// It makes a user, a mount and a network namespace, and hands them to every later command of that user; they live as
/// long as it does. It is known by its socket, never by its number, and stays while a command is connected to it or a
/// lab is up.
public enum Keeper {
    private static let connection = Mutex<SharedDescriptor?>(nil)

    /// This process's line to its keeper: it ends when the keeper does. `nil` for root, and for whoever has not joined.
    public static var line: SharedDescriptor? { connection.withLock { $0 } }

    /// Moves this process into the namespaces of the user's keeper. Before any other thread exists.
    ///
    /// - Parameter program: The `netlab` to start a keeper with where none runs; `nil`: none is started.
    /// - Returns: `false` if none runs.
    /// - Throws: `RootlessRefusal`.
    public static func join(starting program: String?) throws -> Bool {
        do {
            let place = KeeperFolder.place
            // A keeper that is just about to end may take a connection and drop it.
            for _ in 0..<50 {
                let folder = try KeeperFolder(opening: place)
                var socket = try folder?.connect()
                if socket == nil {
                    guard let program else {
                        try folder?.removeIfStale()
                        return false
                    }
                    socket = try start(program, place)
                }
                if let socket, let namespaces = try KeeperLine.receive(from: socket) {
                    try enter(namespaces)
                    connection.withLock { $0 = socket }
                    return true
                }
            }
        } catch let error as SystemError {
            throw RootlessRefusal(error)
        }
        throw RootlessRefusal(step: "connect", text: "netlab's background process ends as soon as it is asked")
    }

    /// Lets go of the keeper, which ends if no lab is left, and waits until it has.
    public static func leave(ifEmpty folders: [String]) {
        let socket = connection.withLock { $0.take() }
        guard let socket, folders.allSatisfy({ (try? Files.list($0)) == [] }) else { return }
        shutdown(socket.raw, Int32(SHUT_WR))
        var waiting = pollfd(fd: socket.raw, events: Int16(POLLIN), revents: 0)
        _ = poll(&waiting, 1, 1000)
    }

    /// Starts one, alone: two commands at the same time shall not make two. `nil` if another command did meanwhile.
    private static func start(_ program: String, _ place: String) throws -> SharedDescriptor? {
        try Files.makeFolder(place, mode: 0o700)
        guard let folder = try KeeperFolder(opening: place), try folder.lock(waiting: true) else { return nil }
        defer { folder.unlock() }
        if let running = try folder.connect() { return running }
        let (ours, its) = try KeeperLine.pair()
        let nothing = try OwnedDescriptor(opening: "/dev/null", O_RDWR)
        _ = try ChildProcess.spawn(
            [program, "__keep", place, "--line", "\(its.raw)"], standard: (nothing.raw, nothing.raw, nothing.raw),
            inherit: [its.raw], newSession: true)
        withExtendedLifetime(its) {}
        // Under the lock until it has its socket, or says why not.
        var waiting = pollfd(fd: ours.raw, events: Int16(POLLIN), revents: 0)
        _ = try systemCall("poll") { poll(&waiting, 1, KeeperLine.patience) }
        return ours
    }

    /// Paths mean the same inside, so the working folder is found again by its own.
    private static func enter(_ namespaces: [SharedDescriptor]) throws {
        let path = getcwd(nil, 0)
        defer { free(path) }
        let folder = (try? OwnedDescriptor(opening: ".", O_RDONLY | O_DIRECTORY).release()) ?? -1
        defer { if folder >= 0 { close(folder) } }
        try UserNamespace.join(namespaces)
        // Whoever is root inside was not called by sudo, whatever the environment says.
        for name in ["SUDO_UID", "SUDO_GID"] { unsetenv(name) }
        if let path, chdir(path) == 0 { return }
        guard folder >= 0, fchdir(folder) == 0 else {
            throw RootlessRefusal(step: "chdir", text: "the working folder cannot be reached from the lab's namespaces")
        }
    }
}
