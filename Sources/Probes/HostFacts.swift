import Glibc
public import IPAddressing
import LinuxSystem
public import Namespaces

/// What a host knows of itself: its addresses and what its interfaces have carried.
public enum HostFacts {
    /// An address on an interface.
    public struct InterfaceAddress: Hashable, Sendable, CustomStringConvertible {
        public let interface: String
        public let address: IPv4Address
        public let prefixLength: Int
        public var description: String { "\(address)/\(prefixLength) on \(interface)" }
    }

    /// What an interface has carried since it was made.
    public struct InterfaceCounters: Hashable, Sendable {
        public let interface: String
        public let receivedBytes: UInt64
        public let receivedPackets: UInt64
        public let receivedDrops: UInt64
        public let sentBytes: UInt64
        public let sentPackets: UInt64
        public let sentDrops: UInt64
    }

    /// All IPv4 addresses in a namespace, loopback included.
    ///
    /// Equivalent to `ip netns exec NAME ip -4 address`.
    public static func addresses(in namespace: NetworkNamespace) throws -> [InterfaceAddress] {
        try namespace.run {
            var first: UnsafeMutablePointer<ifaddrs>?
            try systemCall("getifaddrs", namespace.name) { getifaddrs(&first) }
            defer { freeifaddrs(first) }
            var result: [InterfaceAddress] = []
            var next = first
            while let entry = next?.pointee {
                next = entry.ifa_next
                guard let address = ipv4(entry.ifa_addr), let mask = ipv4(entry.ifa_netmask) else { continue }
                result.append(
                    InterfaceAddress(
                        interface: String(cString: entry.ifa_name), address: address,
                        prefixLength: mask.number.nonzeroBitCount))
            }
            return result
        }
    }

    /// The counters of all interfaces of a namespace.
    ///
    /// Equivalent to `ip netns exec NAME ip -s link`.
    public static func counters(in namespace: NetworkNamespace) throws -> [InterfaceCounters] {
        let text = try namespace.run {
            // Not /proc/self: that is the view of the process's first thread.
            String(
                decoding: try OwnedDescriptor(opening: "/proc/thread-self/net/dev", O_RDONLY).readAll(), as: UTF8.self)
        }
        return text.split(separator: "\n").dropFirst(2).compactMap { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { return nil }
            let numbers = parts[1].split(separator: " ").compactMap { UInt64($0) }
            guard numbers.count >= 12 else { return nil }
            return InterfaceCounters(
                interface: String(parts[0].drop { $0 == " " }), receivedBytes: numbers[0], receivedPackets: numbers[1],
                receivedDrops: numbers[3], sentBytes: numbers[8], sentPackets: numbers[9], sentDrops: numbers[11])
        }
    }

    private static func ipv4(_ pointer: UnsafeMutablePointer<sockaddr>?) -> IPv4Address? {
        guard let pointer, pointer.pointee.sa_family == sa_family_t(AF_INET) else { return nil }
        return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { SocketAddress($0.pointee).address }
    }
}
