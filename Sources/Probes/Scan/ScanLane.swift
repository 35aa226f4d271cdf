import CNetlabShims
import Glibc
import IPAddressing
import LinuxSystem
import Namespaces

/// One thread's share of a scan: asks, listens while asking, waits, and asks again what stayed unanswered.
struct ScanLane: ~Copyable {
    enum Kind: Hashable, Sendable {
        case tcp, udp, echo

        var protocolNumber: UInt8 {
            switch self {
            case .tcp: ProtocolNumber.tcp
            case .udp: ProtocolNumber.udp
            case .echo: ProtocolNumber.icmp
            }
        }
    }

    /// What a lane found out; `codes` are the states of its part of the grid.
    struct Findings: Sendable {
        let kind: Kind
        let part: Range<Int>
        var codes: [UInt8]
        var sent = 0
        /// Of them, as frames of our own making.
        var framed = 0
        var received = PacketCounts()
        var lost = 0
        /// How often a full queue held the sender up.
        var held = 0
        var sendError: Int32?
    }

    let grid: ProbeGrid
    let sources: [UInt32]
    var sockets: ScanSockets
    /// Mixed into sequence numbers and payloads, so that no stray packet passes for an answer.
    let secret = UInt32.random(in: 0...UInt32.max)
    var findings: Findings
    var unanswered: Int
    /// Probes answered by their target itself, not by an ICMP error about them.
    var answered = 0
    /// When the last batch was sent, and the longest time from a batch to an answer after it, in nanoseconds.
    var lastAsked: Int64 = 0
    var slowestAnswer: Int64 = 0
    private let template: [UInt8]
    /// Bytes of the replies being read: 128 slots.
    var inbox = [UInt8](repeating: 0, count: Self.slots * Self.slotSize)
    var lengths = [Int32](repeating: 0, count: Self.slots)
    /// The row of the last answer.
    var hint = 0

    static let slots = 128
    /// The longest headers we look into: IP, ICMP, quoted IP, eight bytes.
    static let slotSize = 160

    init(
        _ kind: Kind, in namespace: NetworkNamespace, grid: ProbeGrid, part: Range<Int>, sources: [UInt32]
    ) throws {
        self.grid = grid
        self.sources = sources
        sockets = try ScanSockets(kind, in: namespace, many: grid.longestRow(in: part) >= FramePath.worthwhile)
        template = ProbeWriter.template(kind, mark: sockets.mark, secret: secret)
        findings = Findings(
            kind: kind, part: part, codes: Array(repeating: PortState.Code.notProbed, count: part.count))
        unanswered = part.count
    }

    /// Asks everything, asks again what may have been lost, and goes on while asking again brings answers.
    ///
    /// Nothing was lost when no queue on the way and no socket of ours dropped a packet: then, of many unanswered ports, a
    /// sample is asked again, for what cannot be seen from here. Whatever hints at a loss has all of them asked again.
    mutating func scan(tries: Int, quietTime: Duration, deadline: Deadline) throws -> Findings {
        var round = 1
        var mayHaveLost = false
        while unanswered > 0, !deadline.isOver {
            let before = (answers: answered, drops: try sockets.losses.drops, lost: findings.lost)
            let refused = findings.held
            let step = mayHaveLost || round == 1 ? 1 : stride
            try ask(every: step, until: deadline)
            // The kernel takes 10 to 20 ms to let go of a packet socket: they pass while we wait for answers anyway.
            sockets.frames = nil
            try listen(quietTime: round < tries ? pause(quietTime) : patience(quietTime), deadline: deadline)
            findings.lost = try sockets.drops()
            mayHaveLost =
                try sockets.losses.drops != before.drops || findings.lost > before.lost || findings.held > refused
                // What the first asking did not bring and this one did was lost on the way, so more may have been.
                || round > 1 && answered > before.answers
            guard round < tries + (mayHaveLost ? 3 : 0) else { break }
            // A sample that showed a loss is not counted: now all are asked.
            round += step > 1 && mayHaveLost ? 0 : 1
        }
        return findings
    }

    /// Every how many of the unanswered probes are asked again when nothing was lost.
    private var stride: Int { max(1, unanswered / Self.sample) }

    /// So many questions are repeated in any case.
    private static let sample = 1024

    /// How long to wait for answers after the last question: four times the slowest answer so far, and at least 25 ms;
    /// the whole quiet time as long as there was none, and for programs, which answer when they like.
    private func patience(_ quietTime: Duration) -> Duration {
        guard findings.kind != .udp, slowestAnswer > 0 else { return quietTime }
        return min(quietTime, max(.milliseconds(25), .nanoseconds(4 * slowestAnswer)))
    }

    /// How long to wait before asking again: late answers still count, so this only spares needless questions.
    private func pause(_ quietTime: Duration) -> Duration {
        min(quietTime, max(.milliseconds(findings.kind == .udp ? 40 : 25), .nanoseconds(4 * slowestAnswer)))
    }

    /// Sends one packet for each unanswered probe, or for every so many of them.
    private mutating func ask(every step: Int, until deadline: Deadline) throws {
        let part = findings.part
        guard !part.isEmpty else { return }
        var turn = 0
        var batch = PacketBatch(template)
        for row in grid.row(holding: part.lowerBound)...grid.row(holding: part.upperBound - 1) {
            let first = grid.rows[row].first
            let address = grid.rows[row].address
            let ports = grid.sets[grid.rows[row].set].ports
            let writer = ProbeWriter(
                findings.kind, template: template, source: sources[row], destination: address, secret: secret)
            let mine = part.clamped(to: first..<first + ports.count)
            var asksForWay = step == 1 && mine.count >= FramePath.worthwhile ? 3 : 0
            if batch.isFramed { try flush(&batch, until: deadline) }
            if batch.isFramed { batch.frame(by: nil) }
            for index in mine where !PortState.Code.isAnswered(findings.codes[index - part.lowerBound]) {
                turn += 1
                guard step == 1 || turn % step == 0 else { continue }
                if asksForWay > 0, batch.count == 0 {
                    // The first packets, sent by the kernel, may be what makes it learn the next hop's MAC.
                    let headers = sockets.frames?.headers(to: address, from: sources[row], size: template.count)
                    batch.frame(by: headers)
                    asksForWay = headers == nil ? asksForWay - 1 : 0
                }
                batch.add(index, to: address, port: ports[index - first], writer)
                guard batch.isFull else { continue }
                try flush(&batch, until: deadline)
                if deadline.isOver { return }
            }
        }
        try flush(&batch, until: deadline)
    }

    /// Sends a batch, and takes in what came back meanwhile: the buffers never hold more than a batch's answers.
    private mutating func flush(_ batch: inout PacketBatch, until deadline: Deadline) throws {
        lastAsked = Deadline.now
        let fate = send(&batch, until: deadline)
        findings.sent += fate.sent
        findings.framed += batch.isFramed ? fate.sent : 0
        findings.held += fate.held
        findings.sendError = fate.error ?? findings.sendError
        for slot in 0..<batch.count {
            let index = batch.indexes[slot]
            let place = index - findings.part.lowerBound
            guard findings.codes[place] == PortState.Code.notProbed else { continue }
            if fate.refused.isEmpty || !fate.refused.contains(index) { findings.codes[place] = PortState.Code.filtered }
        }
        batch.clear()
        try drain()
    }

    private func send(_ batch: inout PacketBatch, until deadline: Deadline) -> PacketBatch.Fate {
        guard batch.isFramed, let frames = sockets.frames else {
            return batch.send(on: sockets.sender, until: deadline)
        }
        return batch.send(on: frames.sender, until: deadline)
    }

    /// Takes in answers until all are there, or nothing new came for the quiet time.
    private mutating func listen(quietTime: Duration, deadline: Deadline) throws {
        var quietEnd = Deadline(in: quietTime).instant
        let descriptors = [sockets.answers.descriptor.raw, sockets.errors.descriptor.raw]
        while unanswered > 0 {
            let left = min(quietEnd, deadline.instant) - Deadline.now
            guard left > 0 else { return }
            let ready = try systemCall("ppoll") { cnl_wait_readable(descriptors, 2, left) }
            guard ready > 0 else { return }
            let before = unanswered
            try drain()
            if unanswered < before { quietEnd = Deadline(in: quietTime).instant }
        }
    }
}
