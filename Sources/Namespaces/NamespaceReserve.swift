import CNetlabShims
import Glibc
import LinuxSystem
import Synchronization

/// Namespaces made ahead, on a thread of their own, while it is still being found out how many there shall be.
///
/// The kernel takes most of a millisecond for each, whatever asks for it; a lab file takes several to be read. They have
/// no name and nothing in them: those that nobody takes end with their descriptors.
public final class NamespaceReserve: Sendable {
    private let wanted: Wanted
    private let job: BackgroundJob<[SharedDescriptor]>

    private final class Wanted: Sendable {
        let count: Atomic<Int>
        init(_ count: Int) { self.count = Atomic(count) }
    }

    /// Begins at once.
    ///
    /// - Parameter count: where to stop if nobody says how many are needed.
    public init(upTo count: Int = 16) {
        let wanted = Wanted(count)
        self.wanted = wanted
        // Whoever holds signals back does so later: this thread must not be where they arrive.
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        job = BackgroundJob("netlab-reserve") {
            var made: [SharedDescriptor] = []
            while made.count < wanted.count.load(ordering: .relaxed) {
                // Whatever forbids it will forbid it again where it can be reported.
                guard cnl_unshare(cnl_clone_newnet) == 0,
                    let descriptor = try? OwnedDescriptor(opening: "/proc/thread-self/ns/net", O_RDONLY)
                else { break }
                made.append(SharedDescriptor(descriptor))
            }
            return made
        }
    }

    deinit { need(0) }

    /// No more than so many are needed.
    public func need(_ count: Int) { wanted.count.store(count, ordering: .relaxed) }

    /// What has been made by now; the one in the making is waited for.
    func take() -> [SharedDescriptor] {
        need(0)
        return (try? job.value()) ?? []
    }
}
