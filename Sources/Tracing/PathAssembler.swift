import Nftables

/// Strings passages together to paths: what leaves one end of a wire is what arrives at the other.
struct PathAssembler {
    private let wires: Wires
    /// Passages that wait to be strung together, by their number.
    private var waiting: [Int: Passage] = [:]
    private var count = 0
    /// Those that came by a wire, oldest first.
    private var arrivals: [Arrival: [Int]] = [:]

    /// What came in at an end of a wire: the packet, but for the time to live.
    private struct Arrival: Hashable {
        let end: Wires.End
        let packet: PacketHeader

        init(_ end: Wires.End, _ packet: PacketHeader) {
            self.end = end
            var packet = packet
            packet.timeToLive = 0
            self.packet = packet
        }
    }

    init(_ wires: Wires) { self.wires = wires }

    mutating func add(_ passage: Passage) {
        count += 1
        waiting[count] = passage
        if case .wire(let index) = passage.entry {
            let end = Wires.End(node: passage.node, index: index)
            arrivals[Arrival(end, passage.before), default: []].append(count)
        }
    }

    /// Gives back what is complete and began before `time` (monotonic nanoseconds), an answer after its question.
    ///
    /// - Parameters:
    ///   - time: Younger paths wait, for their reports come from many sockets in no order.
    ///   - deadline: Paths older than that are given back as they are: incomplete, or without their beginning.
    mutating func takePaths(begunBefore time: Int64, givingUpBefore deadline: Int64) -> [[Passage]] {
        var paths: [[Passage]] = []
        for number in heads() {
            guard let head = waiting[number], head.begun < time else { continue }
            let chain = chain(from: number)
            let passages = chain.compactMap { waiting[$0] }
            let isComplete = passages.last?.exit.map { !isOnWire($0) } ?? false
            guard isComplete || head.begun < deadline else { continue }
            paths.append(passages)
            for number in chain { remove(number) }
        }
        return Self.inOrder(paths)
    }

    /// Of two packets that passed one node, the first there comes first; others stay as they are.
    private static func inOrder(_ paths: [[Passage]]) -> [[Passage]] {
        var visits: [String: [(order: Int, path: Int)]] = [:]
        for (index, path) in paths.enumerated() {
            for passage in path { visits[passage.node, default: []].append((passage.order, index)) }
        }
        var before: [[Int]] = Array(repeating: [], count: paths.count)
        for visits in visits.values {
            let visits = visits.sorted { $0 < $1 }
            for (first, second) in zip(visits, visits.dropFirst()) { before[second.path].append(first.path) }
        }
        // Each after all that come before it. Ways that cross in a circle have no order; they end the search, too.
        var ordered: [[Passage]] = []
        var isSeen = Array(repeating: false, count: paths.count)
        for start in paths.indices where !isSeen[start] {
            isSeen[start] = true
            var stack = [start]
            while let path = stack.last {
                if let next = before[path].popLast() {
                    guard !isSeen[next] else { continue }
                    isSeen[next] = true
                    stack.append(next)
                } else {
                    ordered.append(paths[stack.removeLast()])
                }
            }
        }
        return ordered
    }

    private func isOnWire(_ exit: Passage.Exit) -> Bool {
        if case .wire = exit { true } else { false }
    }

    /// Passages nobody handed on: sent here, or from where nobody traces.
    private func heads() -> [Int] {
        var followers: Set<Int> = []
        for number in waiting.keys.sorted() {
            if let next = next(after: number, except: followers) { followers.insert(next) }
        }
        return waiting.keys.filter { !followers.contains($0) }.sorted()
    }

    private func chain(from head: Int) -> [Int] {
        var numbers = [head]
        while let next = next(after: numbers[numbers.count - 1], except: Set(numbers)) { numbers.append(next) }
        return numbers
    }

    /// The passage at the other end of the wire that has the very same packet.
    private func next(after number: Int, except taken: Set<Int>) -> Int? {
        guard let passage = waiting[number], case .wire(let index) = passage.exit,
            let far = wires.peer(Wires.End(node: passage.node, index: index))
        else { return nil }
        return arrivals[Arrival(far, passage.after)]?.first { $0 != number && !taken.contains($0) }
    }

    private mutating func remove(_ number: Int) {
        guard let passage = waiting.removeValue(forKey: number), case .wire(let index) = passage.entry else { return }
        let arrival = Arrival(Wires.End(node: passage.node, index: index), passage.before)
        arrivals[arrival]?.removeAll { $0 == number }
        if arrivals[arrival]?.isEmpty == true { arrivals[arrival] = nil }
    }
}
