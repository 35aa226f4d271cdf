public import IPAddressing

/// The state of every port of a scan: one byte each.
public struct PortStates: Sendable {
    let grid: ProbeGrid
    let codes: [UInt8]

    /// How many ports were in the scan.
    public var count: Int { codes.count }

    /// The addresses in the scan, in order.
    public var addresses: [IPv4Address] { grid.rows.map { IPv4Address(number: $0.address) } }

    /// `nil` if the scan did not hold that address and port.
    public subscript(_ address: IPv4Address, _ port: UInt16) -> PortState? {
        guard let row = grid.row(of: address.number), let index = grid.index(row: row, port: port) else { return nil }
        return PortState(code: codes[index])
    }

    /// All ports in one state, by address, then by port.
    public func all(_ state: PortState) -> [SocketAddress] { collect { PortState(code: $0) == state } }

    /// All ports about which an ICMP error came back.
    public var unreachable: [SocketAddress] { collect { $0 >= PortState.Code.unreachable } }

    /// How many ports are in each state that occurs.
    public var tally: [PortState: Int] {
        var counts = [Int](repeating: 0, count: 256)
        for code in codes { counts[Int(code)] += 1 }
        var result: [PortState: Int] = [:]
        for code in counts.indices where counts[code] > 0 {
            result[PortState(code: UInt8(code)), default: 0] += counts[code]
        }
        return result
    }

    private func collect(_ isWanted: (UInt8) -> Bool) -> [SocketAddress] {
        // 256 possible bytes, decided once: a /16 has millions of ports.
        let wanted = (0...255).map { isWanted(UInt8($0)) }
        var result: [SocketAddress] = []
        var row = 0
        for (index, code) in codes.enumerated() where wanted[Int(code)] {
            while index >= grid.end(ofRow: row) { row += 1 }
            let address = IPv4Address(number: grid.rows[row].address)
            result.append(SocketAddress(address: address, port: grid.port(row: row, index: index)))
        }
        return result
    }
}
