import IPAddressing

/// All (address, port) pairs of a scan on one line: address by address, each with its ports in order.
///
/// An address that several targets name gets the union of their ports, once.
struct ProbeGrid: Sendable {
    /// The stretch of the line that belongs to one address.
    struct Row: Sendable {
        let address: UInt32
        /// Index of its first port.
        let first: Int
        /// Which of `sets` it has.
        let set: Int
    }

    /// Ports in ascending order, and for each port its place among them or -1.
    struct PortSet: Sendable {
        let ports: [UInt16]
        let places: [Int32]

        init(_ ranges: [ClosedRange<UInt16>]) {
            var places = [Int32](repeating: -1, count: 65_536)
            for range in ranges { for port in range { places[Int(port)] = 0 } }
            var ports: [UInt16] = []
            for port in places.indices where places[port] == 0 {
                places[port] = Int32(ports.count)
                ports.append(UInt16(port))
            }
            self.ports = ports
            self.places = places
        }
    }

    private(set) var rows: [Row] = []
    private(set) var sets: [PortSet] = []
    private(set) var count = 0

    init(_ parts: [(addresses: [IPv4Address], ports: [ClosedRange<UInt16>])]) {
        var wanted: [UInt32: [Int]] = [:]
        for (part, value) in parts.enumerated() where !value.ports.isEmpty {
            for address in value.addresses where wanted[address.number]?.last != part {
                wanted[address.number, default: []].append(part)
            }
        }
        var known: [[Int]: Int] = [:]
        for address in wanted.keys.sorted() {
            let combination = wanted[address, default: []]
            let set = known[combination] ?? sets.count
            if set == sets.count {
                known[combination] = set
                sets.append(PortSet(combination.flatMap { parts[$0].ports }))
            }
            rows.append(Row(address: address, first: count, set: set))
            count += sets[set].ports.count
        }
    }

    /// The row of an address. `hint` is tried first: answers come in the order of the questions.
    func row(of address: UInt32, hint: Int = 0) -> Int? {
        if rows.indices.contains(hint), rows[hint].address == address { return hint }
        var low = 0
        var high = rows.count
        while low < high {
            let middle = (low + high) / 2
            if rows[middle].address < address { low = middle + 1 } else { high = middle }
        }
        return low < rows.count && rows[low].address == address ? low : nil
    }

    func index(row: Int, port: UInt16) -> Int? {
        let place = sets[rows[row].set].places[Int(port)]
        return place < 0 ? nil : rows[row].first + Int(place)
    }

    /// The most questions that a part of the line has for one address.
    func longestRow(in part: Range<Int>) -> Int {
        guard !part.isEmpty else { return 0 }
        return (row(holding: part.lowerBound)...row(holding: part.upperBound - 1)).map { row in
            part.clamped(to: rows[row].first..<end(ofRow: row)).count
        }.max() ?? 0
    }

    /// The row that holds an index.
    func row(holding index: Int) -> Int {
        var low = 0
        var high = rows.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if rows[middle].first <= index { low = middle } else { high = middle }
        }
        return low
    }

    /// One past the last index of a row.
    func end(ofRow row: Int) -> Int { row + 1 < rows.count ? rows[row + 1].first : count }

    func port(row: Int, index: Int) -> UInt16 { sets[rows[row].set].ports[index - rows[row].first] }
}
