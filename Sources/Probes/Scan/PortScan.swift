import Glibc
public import IPAddressing
import LinuxSystem
public import Namespaces

/// A scan of many ports of many hosts: SYNs for TCP, datagrams for UDP, echo requests for the hosts themselves.
///
/// No connection is ever opened: the kernel answers each SYN-ACK with a reset, since the source port is reserved but
/// listens to nothing. What stays unanswered is asked again where a packet may have been lost, and as long as asking
/// again brings TCP answers, so that a lost packet is not mistaken for a filter; where no queue on the way dropped
/// anything, of more than some thousand unanswered ports a sample is asked again. Linux hosts send few ICMP errors
/// per second to one address, so of many rejecting ports most look filtered, to `nmap` as well.
/// Equivalent to `ip netns exec NAME nmap -n -Pn -sS -p PORTS HOSTS` (and `-sU`, `-sn -PE`).
public struct PortScan: Sendable {
    /// These addresses, each with these ports.
    public struct Target: Sendable {
        public var addresses: [IPv4Address]
        public var tcp: [ClosedRange<UInt16>]
        public var udp: [ClosedRange<UInt16>]
        /// Also one echo request for each address.
        public var ping: Bool

        public init(
            addresses: [IPv4Address], tcp: [ClosedRange<UInt16>] = [], udp: [ClosedRange<UInt16>] = [],
            ping: Bool = false
        ) {
            self.addresses = addresses
            self.tcp = tcp
            self.udp = udp
            self.ping = ping
        }
    }

    /// What came of all questions.
    public struct Outcome: Sendable {
        public let duration: Duration
        public let tcp: PortStates
        public let udp: PortStates
        /// One entry per host that was pinged, under port 0; `open` is alive.
        public let hosts: PortStates
        /// Packets sent, repetitions included.
        public let sent: Int
        /// Of them, so many went to the next hop as frames of our own making.
        public let framed: Int
        /// Everything that came back.
        public let received: PacketCounts
        /// Answers that did not fit in the scanner's own buffers; their ports were asked again.
        public let lost: Int
        /// Why the sender's kernel would not send some packets; their ports are `notProbed`.
        public let sendError: Int32?

        /// Every port was asked. If not, the scan proves nothing.
        public var isComplete: Bool {
            ![tcp, udp, hosts].contains { states in states.codes.contains(PortState.Code.notProbed) }
        }
        /// Every port was asked and not one packet came back.
        public var isSilent: Bool { isComplete && received.total == 0 && lost == 0 }
        /// The open TCP ports.
        public var open: [SocketAddress] { tcp.all(.open) }
    }

    public let namespace: NetworkNamespace
    public let targets: [Target]
    public let tries: Int
    public let quietTime: Duration
    public let threads: Int
    public let deadline: Duration

    /// - Parameters:
    ///   - tries: how often an unanswered question is asked, the sample included.
    ///   - quietTime: how long, at most, after the last question or the last new answer a try is over.
    ///   - threads: 1 or 2 for TCP; UDP and echo requests go at the same time on threads of their own.
    ///   - deadline: for the whole scan; what was not asked by then is `notProbed`.
    public init(
        from namespace: NetworkNamespace, targets: [Target], tries: Int = 2,
        quietTime: Duration = .milliseconds(60), threads: Int = 1, deadline: Duration = .seconds(30)
    ) {
        self.namespace = namespace
        self.targets = targets
        self.tries = max(1, tries)
        self.quietTime = quietTime
        self.threads = max(1, min(threads, 8))
        self.deadline = deadline
    }

    public func run() throws -> Outcome {
        let watch = Stopwatch()
        let end = Deadline(in: deadline)
        let grids: [ScanLane.Kind: ProbeGrid] = [
            .tcp: ProbeGrid(targets.map { ($0.addresses, $0.tcp) }),
            .udp: ProbeGrid(targets.map { ($0.addresses, $0.udp) }),
            .echo: ProbeGrid(targets.map { ($0.addresses, $0.ping ? [0...0] : []) }),
        ]
        var jobs: [@Sendable () throws -> ScanLane.Findings] = []
        for (kind, grid) in grids where grid.count > 0 {
            let sources = try sources(for: grid)
            for part in parts(of: grid.count, kind == .tcp ? threads : 1) {
                jobs.append { [namespace, quietTime, tries] in
                    var lane = try ScanLane(kind, in: namespace, grid: grid, part: part, sources: sources)
                    return try lane.scan(tries: tries, quietTime: quietTime, deadline: end)
                }
            }
        }
        let findings = try inParallel(jobs, threads: jobs.count, name: "netlab-scan").map { try $0.get() }
        let states = grids.mapValues { PortStates(grid: $0, codes: []) }
        func merged(_ kind: ScanLane.Kind) -> PortStates? {
            let parts = findings.filter { $0.kind == kind }.sorted { $0.part.lowerBound < $1.part.lowerBound }
            return states[kind].map { PortStates(grid: $0.grid, codes: parts.flatMap(\.codes)) }
        }
        guard let tcp = merged(.tcp), let udp = merged(.udp), let hosts = merged(.echo) else {
            preconditionFailure("every kind has a grid")
        }
        return Outcome(
            duration: watch.elapsed, tcp: tcp, udp: udp, hosts: hosts, sent: findings.map(\.sent).reduce(0, +),
            framed: findings.map(\.framed).reduce(0, +),
            received: findings.map(\.received).reduce(PacketCounts(), +), lost: findings.map(\.lost).reduce(0, +),
            sendError: findings.compactMap(\.sendError).first)
    }

    private func parts(of count: Int, _ pieces: Int) -> [Range<Int>] {
        (0..<pieces).map { count * $0 / pieces..<count * ($0 + 1) / pieces }.filter { !$0.isEmpty }
    }

    /// The source address for each row of a grid; 0 where there is no route.
    private func sources(for grid: ProbeGrid) throws -> [UInt32] {
        let socket = try ProbeSocket(in: namespace, socketDatagram)
        try socket.set(SOL_SOCKET, SO_BROADCAST, 1)
        return try grid.rows.map { row in
            try socket.sourceAddress(towards: IPv4Address(number: row.address))?.number ?? 0
        }
    }
}
