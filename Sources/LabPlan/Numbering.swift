/// Which numbers a plan gave to what has a name: interface indexes, and the place of each route table.
///
/// A lab that runs keeps its numbers: a plan of the changed file is made with the numbering of the one before, so that
/// what has not changed in the file does not change in the kernel.
public struct Numbering: Hashable, Sendable, Codable {
    /// By `node:device`.
    public var devices: [String: Int32]
    /// By `vpc/table` (a zonal copy: `vpc/table.zone`), from 0: the kernel table, the mark and the priority of its rule
    /// follow from it. By `vpc/balancers/node` as well, counted apart.
    public var routeTables: [String: Int]

    public init(devices: [String: Int32] = [:], routeTables: [String: Int] = [:]) {
        self.devices = devices
        self.routeTables = routeTables
    }
}

/// Gives out numbers: remembered ones to whom they belonged, else the lowest that is and was nobody's.
///
/// A number that has just become free is not given away at once: old and new owner may be there at the same time
/// while a running lab is changed.
struct NumberGiver {
    private let before: Numbering
    private(set) var given = Numbering()
    private var takenDevices: [String: Set<Int32>] = [:]
    private var takenTables: [String: Set<Int>] = [:]
    /// Where to look for the next free one: a lab of thousands of wires must not look from the start each time.
    private var nextDevice: [String: Int32] = [:]

    init(_ before: Numbering) {
        self.before = before
        for (key, index) in before.devices { takenDevices[Self.owner(key, ":"), default: []].insert(index) }
        for (key, position) in before.routeTables { takenTables[Self.owner(key, "/"), default: []].insert(position) }
    }

    /// The number the interface had before.
    func remembered(_ device: String, of node: String) -> Int32? { before.devices["\(node):\(device)"] }

    /// - Parameter other: The number of the wire's other end, which this one must not have.
    mutating func device(_ name: String, of node: String, from first: Int32, besides other: Int32?) -> Int32 {
        let index: Int32
        if let known = remembered(name, of: node), known != other {
            index = known
        } else {
            index = nextFree(node, from: first, besides: other)
        }
        given.devices["\(node):\(name)"] = index
        return index
    }

    private mutating func nextFree(_ node: String, from first: Int32, besides other: Int32?) -> Int32 {
        var index = nextDevice[node] ?? first
        while index == other || takenDevices[node]?.contains(index) == true { index += 1 }
        nextDevice[node] = index + 1
        return index
    }

    mutating func routeTable(_ name: String, of vpc: String) -> Int {
        let key = "\(vpc)/\(name)"
        let position = before.routeTables[key] ?? Self.lowest(notIn: takenTables[vpc] ?? [])
        takenTables[vpc, default: []].insert(position)
        given.routeTables[key] = position
        return position
    }

    private static func lowest(notIn taken: Set<Int>) -> Int {
        var position = 0
        while taken.contains(position) { position += 1 }
        return position
    }

    /// What stands before the last separator.
    private static func owner(_ key: String, _ separator: Character) -> String {
        key.lastIndex(of: separator).map { String(key[..<$0]) } ?? key
    }
}
