import CNetlabShims
import Glibc
import LinuxSystem
import Namespaces

/// A packet socket that hears one interface of a namespace, and what the kernel has counted for it.
struct PacketTap: ~Copyable {
    let descriptor: OwnedDescriptor
    private var seen: UInt64 = 0
    private var lost: UInt64 = 0

    /// - Parameters:
    ///   - type: `socketRaw` gives the link header too, `socketDatagram` begins with the IP header.
    ///   - bufferBytes: Kernel memory for packets not yet read.
    ///   - wantsTimes: The kernel tells when each packet passed.
    init(
        in namespace: NetworkNamespace, interface: String, type: Int32, program: PacketProgram?, bufferBytes: Int,
        wantsTimes: Bool = false
    ) throws {
        let raw = try namespace.run {
            // Protocol 0 hears nothing until bind names one: the filter is in place before the first packet.
            let descriptor = try OwnedDescriptor(socket: AF_PACKET, type | socketNonBlocking, 0)
            try systemCall("setsockopt") { cnl_receive_buffer(descriptor.raw, Int32(clamping: bufferBytes)) }
            if wantsTimes {
                try systemCall("setsockopt SO_TIMESTAMPNS") { cnl_want_timestamps(descriptor.raw) }
            }
            try program?.attach(to: descriptor)
            let index = if_nametoindex(interface)
            guard index != 0 else {
                throw SystemError(call: "if_nametoindex", errno: ENODEV, subject: "\(namespace.name) \(interface)")
            }
            try systemCall("bind", interface) { cnl_bind_packet(descriptor.raw, Int32(index)) }
            return descriptor.release()
        }
        descriptor = OwnedDescriptor(owning: raw)
    }

    /// How many packets passed the filter so far, and how many of them were lost because nobody read them in time.
    ///
    /// The kernel's counters start anew at each reading, so they are added up here.
    mutating func tally() throws(SystemError) -> (seen: UInt64, lost: UInt64) {
        var packets: UInt32 = 0
        var drops: UInt32 = 0
        try systemCall("getsockopt", "PACKET_STATISTICS") { cnl_packet_counts(descriptor.raw, &packets, &drops) }
        seen += UInt64(packets)
        lost += UInt64(drops)
        return (seen, lost)
    }
}
