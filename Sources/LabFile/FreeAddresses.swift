import CloudModel
import IPAddressing

/// Where an interface goes: its subnet, and its address if the file gives one.
struct InterfacePlace {
    let name: String
    let subnet: String
    let address: IPv4Address?
    /// More addresses of the same interface, always given.
    var secondary: [IPv4Address] = []
    let origin: Origin
}

/// The addresses of each subnet that nobody took: given out lowest first, so that a file always means the same.
struct FreeAddresses {
    private let blocks: [String: CIDRBlock]
    private var taken: Set<IPv4Address>
    private var next: [String: IPv4Address] = [:]

    init(subnets: [Subnet], taken: [InterfacePlace]) {
        blocks = Dictionary(subnets.map { ($0.name, $0.cidrBlock) }, uniquingKeysWith: { first, _ in first })
        self.taken = Set(taken.flatMap { $0.secondary + ($0.address.map { [$0] } ?? []) })
    }

    /// The address the file gives, or the next free one.
    mutating func address(for place: InterfacePlace, source: Source) -> IPv4Address? {
        place.address ?? take(for: place, source: source)
    }

    /// The lowest free address of the subnet from base + 4 on; 0.0.0.0 if the subnet is unknown, which validation
    /// reports; `nil` after a report if it is full.
    private mutating func take(for place: InterfacePlace, source: Source) -> IPv4Address? {
        guard let block = blocks[place.subnet] else { return IPv4Address(number: 0) }
        var candidate = next[place.subnet] ?? block.base + 4
        while candidate < block.last, taken.contains(candidate) { candidate = candidate + 1 }
        guard block.contains(candidate), candidate < block.last, candidate >= block.base + 4 else {
            source.error(
                place.origin, "the subnet `\(place.subnet)` (\(block)) has no free address left for `\(place.name)`",
                hint: "AWS keeps five addresses of each subnet; use a larger block")
            return nil
        }
        taken.insert(candidate)
        next[place.subnet] = candidate + 1
        return candidate
    }
}
