import IPAddressing

/// Who reaches whom on which ports: every pair of nodes of a lab.
public struct ReachabilityMatrix: Sendable {
    public let ends: [MatrixEnd]
    public let ports: [MatrixPort]
    /// One bit for each port (64 at most), row by row.
    private var bits: [UInt64]

    /// The most ports one matrix can hold.
    public static let mostPorts = 64

    /// Every pair is walked there and back, except that ends which no rule can tell apart are walked once.
    ///
    /// - Parameters:
    ///   - ports: `mostPorts` at most.
    public init(_ index: ReachabilityIndex, ports: [MatrixPort]) {
        self.init(index, ends: index.matrixEnds, ports: ports)
    }

    public init(_ index: ReachabilityIndex, ends: [MatrixEnd], ports: [MatrixPort]) {
        self.ends = ends
        self.ports = Array(ports.prefix(Self.mostPorts))
        let classes = EndClasses(ends, of: index)
        bits = Array(repeating: 0, count: ends.count * ends.count)
        var asker = PairAsker(index, ports: self.ports)
        for from in classes.members where ends[from[0]].canBegin {
            asker.begin(at: ends[from[0]])
            for to in classes.members { fill(from, to, &asker) }
        }
    }

    /// Asks one pair of the two classes, and writes the answer for all.
    private mutating func fill(_ from: [Int], _ to: [Int], _ asker: inout PairAsker) {
        guard let first = from.first, let other = to.first(where: { $0 != first }) else { return }
        let answer = asker.ask(ends[first], ends[other])
        guard answer != 0 else { return }
        for row in from {
            for column in to where row != column { bits[row * ends.count + column] = answer }
        }
    }

    /// Whether `from` reaches `to` on the port with this position.
    public func reaches(_ from: Int, _ to: Int, port: Int) -> Bool {
        bits[from * ends.count + to] & 1 << UInt64(port) != 0
    }

    /// The ports on which `from` reaches `to`.
    public func open(_ from: Int, _ to: Int) -> [MatrixPort] {
        ports.indices.filter { reaches(from, to, port: $0) }.map { ports[$0] }
    }
}

/// Asks about pairs with one walker, whose storage is used again and again.
struct PairAsker {
    private let index: ReachabilityIndex
    private let ports: [MatrixPort]
    private var start: FlowStart?
    private var walker: Walker<Silence>

    init(_ index: ReachabilityIndex, ports: [MatrixPort]) {
        self.index = index
        self.ports = ports
        let nobody = PacketHeader(
            from: IPv4Address(number: 0), to: IPv4Address(number: 0), .echoRequest, sourcePorts: 0...0)
        walker = Walker(index, nobody, log: Silence())
    }

    /// Where the following questions begin.
    mutating func begin(at end: MatrixEnd) { start = index.start(of: end.source) }

    /// One bit for each port that is reached.
    mutating func ask(_ from: MatrixEnd, _ to: MatrixEnd) -> UInt64 {
        guard let start else { return 0 }
        let destination = to.address(askedBy: from)
        let first = index.facing(destination, start)
        let goal = index.goal(ofEnd: to)
        var answer: UInt64 = 0
        for (position, port) in ports.enumerated() {
            let header = index.header(port.transport, from: first, to: destination, Flow.linuxEphemeralPorts)
            let beginning = Beginning(start: first, header: header, goal: goal)
            if index.isReachable(beginning, port.transport, &walker) { answer |= 1 << UInt64(position) }
        }
        return answer
    }
}

extension MatrixEnd {
    /// Where its flows begin.
    public var source: Flow.Source { isOnInternet ? .internet(address) : .node(name) }
}
