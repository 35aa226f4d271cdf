import Glibc
import LinuxSystem
import Namespaces
import Netlink
import Nftables

/// Names under `/run/netns` that look like a lab's, `LAB.NODE`, and of which nothing is written down.
///
/// A dot in a name proves nothing. Ours is a namespace with rules in a table `netlab`, or one that has only interfaces
/// of the kind we make and stands beside such a one; all others are left alone.
struct NamelessLab {
    struct Namespace {
        let name: String
        let isOurs: Bool
    }

    private let lab: String

    init(_ lab: String) { self.lab = lab }

    /// The labs that names could belong to.
    static func candidates() throws -> [String] {
        try Files.list(NamedNamespace.folder).compactMap { name in
            guard let dot = name.firstIndex(of: "."), dot != name.startIndex, dot != name.indices.last else {
                return nil
            }
            return String(name[..<dot])
        }
    }

    /// - Parameter known: What a journal tells of.
    func namespaces(except known: [String]) throws -> [Namespace] {
        let names = try Files.list(NamedNamespace.folder).filter { $0.hasPrefix("\(lab).") }
        let marked = names.filter(hasRules)
        return names.filter { !known.contains($0) }.map { name in
            Namespace(name: name, isOurs: marked.contains(name) || !marked.isEmpty && hasOurWires(name))
        }
    }

    private func hasRules(_ name: String) -> Bool {
        let rules = try? NetworkNamespace(name: name, path: NamedNamespace.path(name)).run {
            try RuleCounters.read(NetlinkSocket(.netfilter))
        }
        return rules?.isEmpty == false
    }

    /// Beside the loopback device only wires with addresses as plans give them, at least one.
    private func hasOurWires(_ name: String) -> Bool {
        let addresses = try? NetworkNamespace(name: name, path: NamedNamespace.path(name)).run { try Self.wires() }
        return addresses.map { !$0.isEmpty && $0.allSatisfy { $0 == 0x0e } } ?? false
    }

    /// The first byte of the Ethernet address of each interface of the calling thread's namespace, without loopback.
    private static func wires() throws -> [UInt8] {
        var first: UnsafeMutablePointer<ifaddrs>?
        try systemCall("getifaddrs") { getifaddrs(&first) }
        defer { freeifaddrs(first) }
        var result: [UInt8] = []
        var next = first
        while let entry = next?.pointee {
            next = entry.ifa_next
            guard entry.ifa_flags & UInt32(IFF_LOOPBACK) == 0, let address = entry.ifa_addr,
                address.pointee.sa_family == sa_family_t(AF_PACKET)
            else { continue }
            // `struct sockaddr_ll`: 12 bytes, then the hardware address.
            result.append(UnsafeRawPointer(address).load(fromByteOffset: 12, as: UInt8.self))
        }
        return result
    }
}
