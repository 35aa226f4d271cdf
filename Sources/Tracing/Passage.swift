import Nftables

/// The way of one packet through one namespace.
struct Passage: Hashable, Sendable {
    enum Entry: Hashable, Sendable {
        /// The namespace made it itself.
        case sent
        case wire(UInt32)
    }

    enum Exit: Hashable, Sendable {
        case wire(UInt32)
        case delivered
        /// By a rule of the plan (its handle), or at the end of a chain.
        case dropped(handle: UInt64?, chain: String)
        /// Not seen again: the kernel itself had no use for it.
        case lost
    }

    /// A rule that the packet met.
    struct Step: Hashable, Sendable {
        let chain: String
        let handle: UInt64
        let verdict: TraceEvent.Verdict
    }

    let node: String
    let entry: Entry
    let before: PacketHeader
    var after: PacketHeader
    var steps: [Step] = []
    /// The last one seen that was set.
    var mark: UInt32 = 0
    var exit: Exit?
    /// Its place among those through this node: the kernel's reports carry no time.
    var order = 0
    /// Where it was about to leave, known once it was routed.
    var aim: UInt32?
    /// When it was first and last heard of, monotonic nanoseconds.
    let begun: Int64
    var touched: Int64
}

/// Puts the trace events of one namespace together to passages.
struct PassageReader {
    private let node: String
    /// Our own table; those of others that trace at the same time are passed over.
    private let table: String
    private var open: [UInt32: Passage] = [:]
    private var count = 0

    init(node: String, table: String) {
        self.node = node
        self.table = table
    }

    /// How long the kernel may leave a packet between two hooks before it counts as lost, in nanoseconds.
    private static let patience: Int64 = 300_000_000

    /// Takes one event; gives back passages that are over by it.
    mutating func take(_ event: TraceEvent, at time: Int64) -> [Passage] {
        if event.table == table { return take(own: event, at: time) }
        guard !event.table.hasPrefix(TraceTable.prefix), let id = id(of: event) else { return [] }
        open[id]?.touched = time
        if event.mark != 0 { open[id]?.mark = event.mark }
        if let aim = event.outputInterface { open[id]?.aim = aim }
        switch event.kind {
        case .rule(let handle, let verdict):
            open[id]?.steps.append(Passage.Step(chain: event.chain, handle: handle, verdict: verdict))
            return verdict == .drop ? end(id, .dropped(handle: handle, chain: event.chain), event.packet) : []
        case .policy(.drop): return end(id, .dropped(handle: nil, chain: event.chain), event.packet)
        case .policy, .return: return []
        }
    }

    /// The first report of each of our chains carries the packet; what follows in the same chain says nothing new.
    private mutating func take(own event: TraceEvent, at time: Int64) -> [Passage] {
        guard let packet = event.packet else { return [] }
        switch event.chain {
        case "prerouting", "output":
            let before = end(event.id, .lost, nil)
            count += 1
            open[event.id] = Passage(
                node: node, entry: event.chain == "output" ? .sent : .wire(event.inputInterface ?? 0), before: packet,
                after: packet, mark: event.mark, order: count, begun: time, touched: time)
            return before
        default:
            guard let id = id(of: event) else { return [] }
            open[id]?.touched = time
            let exit: Passage.Exit = event.chain == "input" ? .delivered : .wire(event.outputInterface ?? 0)
            return end(id, exit, packet)
        }
    }

    /// The number is made from the packet's place in memory and its flow: where a rule changed the flow, it may change
    /// too, and the packet's own marks tell whose it is.
    private func id(of event: TraceEvent) -> UInt32? {
        if open[event.id] != nil { return event.id }
        guard let packet = event.packet else { return nil }
        return open.first { _, passage in
            passage.before.identification == packet.identification && passage.before.length == packet.length
                && passage.before.protocolNumber == packet.protocolNumber
                && passage.before.tcpSequence == packet.tcpSequence
        }?.key
    }

    private mutating func end(_ id: UInt32, _ exit: Passage.Exit, _ packet: PacketHeader?) -> [Passage] {
        guard var passage = open.removeValue(forKey: id) else { return [] }
        passage.exit = exit
        if let packet { passage.after = packet }
        return [passage]
    }

    /// Passages of which nothing was heard for long; all of them when `now` is `nil`.
    mutating func takeLost(at now: Int64?) -> [Passage] {
        let over = open.filter { now == nil || $0.value.touched + Self.patience < now ?? 0 }
        return over.keys.sorted().flatMap { end($0, .lost, nil) }
    }
}
