import CNetlabShims
import Glibc
import LinuxSystem
import Namespaces

/// The other side: what `netlab __keep` does.
public enum KeeperMain {
    /// Makes the namespaces and keeps them until they are of no use.
    ///
    /// - Parameters:
    ///   - line: The connection to the command that started us.
    ///   - labs: Folders that are empty or absent when no lab is left.
    public static func run(place: String, line: Int32, labs: [String]) throws {
        _ = cnl_set_cloexec(line, 1)
        let line = SharedDescriptor(OwnedDescriptor(owning: line))
        chdir("/")
        guard let folder = try KeeperFolder(opening: place) else { return }
        let keeper: RunningKeeper
        do {
            keeper = try RunningKeeper(folder, labs: labs)
            try KeeperLine.send(keeper.namespaces, to: line)
        } catch {
            folder.remove()
            let refusal =
                error as? RootlessRefusal ?? (error as? SystemError).map(RootlessRefusal.init)
                ?? RootlessRefusal(step: "keeper", text: "\(error)")
            return try KeeperLine.send(refusal, to: line)
        }
        try keeper.run(first: line)
    }
}

/// A keeper with its namespaces made.
private final class RunningKeeper {
    let namespaces: [SharedDescriptor]
    private let folder: KeeperFolder
    private let labs: [String]
    private let runFolder: PrivateRun
    private let signals: SharedDescriptor
    private let watch: SharedDescriptor
    private let door: SharedDescriptor
    private var clients: [SharedDescriptor] = []

    init(_ folder: KeeperFolder, labs: [String]) throws {
        self.folder = folder
        self.labs = labs
        signals = SharedDescriptor(OwnedDescriptor(owning: try systemCall("signalfd") { cnl_end_signals() }))
        try UserNamespace.make()
        runFolder = try PrivateRun()
        namespaces = try UserNamespace.descriptors()
        door = try folder.listen()
        watch = try folder.watch()
    }

    /// Hands out the namespaces until a signal says stop, the socket is gone, or nobody and nothing is left.
    func run(first: SharedDescriptor) throws {
        clients = [first]
        var retry = false
        while true {
            let ready = try waitForEvent(milliseconds: retry ? 20 : -1)
            if ready.contains(signals.raw) { return folder.remove() }
            // Nobody could find us any more; with us goes what nobody could take down.
            if !folder.hasSocket { return }
            // Held until we know whether we end: a command that leaves waits for our end, not for our notice of it.
            let leaving = clients.filter { ready.contains($0.raw) }
            clients.removeAll { ready.contains($0.raw) }
            drainWatch()
            try welcome()
            retry = isIdle
            if retry, try end() { return withExtendedLifetime(leaving) {} }
        }
    }

    private var isIdle: Bool { clients.isEmpty && labs.allSatisfy { (try? Files.list($0)) == [] } }

    /// Ends unless somebody comes in at the last moment. A command that starts a keeper holds the lock: then not yet.
    private func end() throws -> Bool {
        guard try folder.lock(waiting: false) else { return false }
        try welcome()
        guard isIdle else {
            folder.unlock()
            return false
        }
        folder.remove()
        return true
    }

    /// Descriptors with news; clients never write, so theirs is that they have gone.
    private func waitForEvent(milliseconds: Int32) throws -> Set<Int32> {
        var all = ([signals, watch, door] + clients).map { pollfd(fd: $0.raw, events: Int16(POLLIN), revents: 0) }
        try systemCall("poll") { poll(&all, nfds_t(all.count), milliseconds) }
        return Set(all.filter { $0.revents != 0 }.map(\.fd))
    }

    private func welcome() throws {
        while true {
            let raw = accept(door.raw, nil, nil)
            // Nobody waits, or they went away meanwhile.
            guard raw >= 0 else { return }
            _ = cnl_set_cloexec(raw, 1)
            let client = SharedDescriptor(OwnedDescriptor(owning: raw))
            guard cnl_peer_user(raw) == Int64(geteuid()) else { continue }
            try runFolder.refresh()
            // Who does not wait for the answer is no client.
            guard (try? KeeperLine.send(namespaces, to: client)) != nil else { continue }
            clients.append(client)
        }
    }

    private func drainWatch() {
        var events = [UInt8](repeating: 0, count: 4096)
        while read(watch.raw, &events, events.count) > 0 {}
    }
}
