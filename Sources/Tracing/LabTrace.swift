import Glibc
import KernelObjects
import LabPlan
public import LabRunner
import LinuxSystem
import Namespaces
import Netlink
import Nftables
import Synchronization

/// Watches packets on their way through all namespaces of a lab. Equivalent to `nft monitor trace` in each of them.
///
/// As long as it lives, each namespace has one table more, which decides nothing and is owned by our socket: the kernel
/// takes it away with us, whatever becomes of our process.
public final class LabTrace {
    private struct Ear {
        let node: String
        let listener: NetlinkListener
        var reader: PassageReader
    }

    private let filter: WatchFilter
    private let hops: HopReader
    private var ears: [Ear] = []
    /// Holding these holds the tables.
    private var owners: [NetlinkSocket] = []
    private var assembler: PathAssembler
    /// Reports were lost since they were last asked for.
    private var hasLost = false

    /// - Parameter nodes: Where to look; everywhere when `nil`.
    public init(_ lab: RunningLab, _ filter: WatchFilter = WatchFilter(), nodes: Set<String>? = nil) throws {
        self.filter = filter
        let wires = Wires(lab.plan)
        assembler = PathAssembler(wires)
        let chosen = lab.nodes.filter { nodes?.contains($0.plan.name) ?? true }
        var rules: [String: RuleIndex] = [:]
        for node in chosen where node.plan.nft != nil {
            rules[node.plan.name] = try RuleIndex(node.netfilter, plan: node.plan.nft)
        }
        hops = HopReader(plan: lab.plan, wires: wires, rules: rules)
        let table = TraceTable.prefix + "_\(getpid())_\(Self.count.wrappingAdd(1, ordering: .relaxed).newValue)"
        var batch = NftBatch(table: table, isOwned: true)
        batch.add(TraceTable.table(filter))
        // Every ear first, then the tables: no packet is marked that nobody hears.
        for node in chosen {
            let (listener, owner) = try node.namespace.run {
                (try NetlinkListener(.netfilter, group: TraceEvent.group), try NetlinkSocket(.netfilter))
            }
            owners.append(owner)
            ears.append(
                Ear(
                    node: node.plan.name, listener: listener,
                    reader: PassageReader(node: node.plan.name, table: table)))
        }
        // The tables appear against the stream, so that no packet is seen that came from where nobody looked yet.
        for owner in owners { try owner.commit(batch.messages, acknowledging: batch.messages.count - 2) }
    }

    private static let count = Atomic<Int>(0)

    /// For `poll`.
    public var descriptors: [Int32] { ears.map(\.listener.raw) }

    /// How long after its beginning a path is put together, in nanoseconds: its reports come from many sockets.
    private static let grace: Int64 = 20_000_000
    /// How long to wait for the rest of a path, in nanoseconds.
    private static let patience: Int64 = 400_000_000

    /// Reads what waits and gives back the paths that are complete; never waits itself.
    /// - Parameter isLast: Give back everything there is, complete or not.
    public func read(isLast: Bool = false) throws -> [LivePath] {
        let now = KernelClock.monotonic
        for passage in try passages(at: now, isLast: isLast) { assembler.add(passage) }
        let paths = assembler.takePaths(
            begunBefore: isLast ? Int64.max : now - Self.grace, givingUpBefore: isLast ? Int64.max : now - Self.patience
        )
        let offset = KernelClock.wall - now
        return paths.filter(filter.concerns).compactMap { path in
            LivePath(path.map(hops.hop), time: path[0].begun + offset)
        }
    }

    /// Every passage through one node that is over, as a hop of its own: for who counts packets at one place.
    public func readHops(isLast: Bool = false) throws -> [(hop: LiveHop, time: Int64)] {
        let now = KernelClock.monotonic
        let offset = KernelClock.wall - now
        return try passages(at: now, isLast: isLast).map { (hops.hop($0), $0.begun + offset) }
    }

    /// Whether reports were lost since the last call: somebody sends faster than we read.
    public func takeLoss() -> Bool {
        defer { hasLost = false }
        return hasLost
    }

    private func passages(at now: Int64, isLast: Bool) throws -> [Passage] {
        var passages: [Passage] = []
        for index in ears.indices {
            let lost = try ears[index].listener.drain { type, body in
                guard let event = TraceEvent(type: type, body) else { return }
                passages += ears[index].reader.take(event, at: now)
            }
            if lost { hasLost = true }
            passages += ears[index].reader.takeLost(at: isLast ? nil : now)
        }
        return passages.filter { filter.matches($0.before) }
    }

    /// Takes the tables away. Waits until no processor uses them any more, for all at once.
    public func close() {
        let closing = Mutex(owners)
        owners = []
        ears = []
        let count = closing.withLock { $0.count }
        _ = inParallel(
            (0..<count).map { _ in
                { @Sendable () in
                    // Taken out under the lock, closed after it.
                    let socket = closing.withLock { $0.popLast() }
                    _ = consume socket
                }
            }, threads: count, name: "netlab-trace")
    }

    deinit { close() }
}
