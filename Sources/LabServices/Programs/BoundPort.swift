import CNetlabShims
import Glibc
import IPAddressing
import LinuxSystem

/// Looks for a bound port in the calling thread's namespace.
enum BoundPort {
    static func exists(_ readiness: Program.Readiness) -> Bool {
        switch readiness {
        case .running: true
        case .udp(let addresses, let port):
            asked(addresses, port, IPPROTO_UDP) ?? areListed(addresses, port, state: nil, in: "udp")
        // 0A is TCP_LISTEN.
        case .tcp(let addresses, let port):
            asked(addresses, port, IPPROTO_TCP) ?? areListed(addresses, port, state: "0A", in: "tcp")
        }
    }

    /// What the kernel says of each address; `nil` if it cannot be asked.
    static func asked(_ addresses: [IPv4Address], _ port: UInt16, _ protocolNumber: Int) -> Bool? {
        for address in addresses {
            let answer = cnl_port_is_bound(Int32(protocolNumber), address.number.bigEndian, port.bigEndian)
            guard answer >= 0 else { return nil }
            guard answer > 0 else { return false }
        }
        return true
    }

    private static func areListed(
        _ addresses: [IPv4Address], _ port: UInt16, state: String?, in table: String
    ) -> Bool {
        // Not /proc/self or /proc/net: those show the namespace of the main thread.
        guard let file = try? OwnedDescriptor(opening: "/proc/thread-self/net/\(table)", O_RDONLY),
            let bytes = try? file.readAll()
        else { return false }
        let text = String(decoding: bytes, as: UTF8.self)
        return addresses.allSatisfy { lists(text, $0, port, state: state) }
    }

    /// Whether a table of the form of `/proc/net/udp` has the address, or all addresses, with the port.
    static func lists(_ table: String, _ address: IPv4Address, _ port: UInt16, state: String?) -> Bool {
        let wanted = [address, IPv4Address(number: 0)].map { entry($0, port) }
        return table.split(separator: "\n").dropFirst().contains { line in
            let fields = line.split(separator: " ", maxSplits: 4)
            guard fields.count >= 4, wanted.contains(String(fields[1])) else { return false }
            return state.map { fields[3] == $0 } ?? true
        }
    }

    /// `0A01000A:0035`: the address as the number this machine reads from its network-order bytes, then the port.
    private static func entry(_ address: IPv4Address, _ port: UInt16) -> String {
        hex(UInt64(address.number.bigEndian), width: 8) + ":" + hex(UInt64(port), width: 4)
    }

    private static func hex(_ number: UInt64, width: Int) -> String {
        let digits = String(number, radix: 16, uppercase: true)
        return String(repeating: "0", count: width - digits.utf8.count) + digits
    }
}
