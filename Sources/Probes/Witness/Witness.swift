import CNetlabShims
import Glibc
public import LinuxSystem
public import Namespaces
import Synchronization

/// Watches the packets that pass one interface of a namespace, from the moment it is made.
///
/// The filter is in place before the socket is bound, so that not one foreign packet slips in. What passes `lo` is
/// seen twice, once in each direction. Close many at once by `close(all:)`.
/// Equivalent to `ip netns exec NAME tcpdump -n -i INTERFACE FILTER`.
public final class Witness: Sendable {
    public let namespace: NetworkNamespace
    public let interface: String
    public let filter: PacketFilter
    /// `nil` once closed.
    private let watch: Mutex<Watch?>

    /// - Parameter bufferBytes: kernel memory for packets not yet drained; a small packet takes about 1 KiB of it.
    public init(
        in namespace: NetworkNamespace, interface: String, filter: PacketFilter = PacketFilter(),
        bufferBytes: Int = 32 << 20
    ) throws {
        self.namespace = namespace
        self.interface = interface
        self.filter = filter
        let program = filter.program
        let raw = try namespace.run {
            // Protocol 0 hears nothing until bind names one.
            let descriptor = try OwnedDescriptor(socket: AF_PACKET, socketDatagram | socketNonBlocking, 0)
            try systemCall("setsockopt") { cnl_receive_buffer(descriptor.raw, Int32(clamping: bufferBytes)) }
            try program.attach(to: descriptor)
            let index = if_nametoindex(interface)
            guard index != 0 else {
                throw SystemError(call: "if_nametoindex", errno: ENODEV, subject: "\(namespace.name) \(interface)")
            }
            try systemCall("bind", interface) { cnl_bind_packet(descriptor.raw, Int32(index)) }
            return descriptor.release()
        }
        watch = Mutex(Watch(descriptor: OwnedDescriptor(owning: raw)))
    }

    /// What was seen since the last call, in order. Never waits. Empty once closed.
    public func drain() throws(SystemError) -> [Sighting] {
        try watch.withLock { watch throws(SystemError) in try watch?.drain() ?? [] }
    }

    /// How many packets passed the filter so far, drained or not. 0 once closed.
    public var count: Int {
        get throws(SystemError) { try watch.withLock { watch throws(SystemError) in try watch?.tally().seen ?? 0 } }
    }

    /// How many of them were lost because they were not drained in time. Evidence is whole only if this is 0.
    public var dropped: Int {
        get throws(SystemError) { try watch.withLock { watch throws(SystemError) in try watch?.tally().lost ?? 0 } }
    }

    /// Stops watching. Waits 10–20 ms until no processor uses the socket any more; later calls do nothing.
    public func close() {
        // Taken out under the lock, closed after it.
        let ended = watch.withLock { $0.take() }
        _ = consume ended
    }

    /// Stops all of them, waiting for all at once instead of for one after the other.
    public static func close(all witnesses: [Witness]) {
        _ = inParallel(witnesses.map { witness in { @Sendable () in witness.close() } }, threads: witnesses.count)
    }
}

/// The open socket and what the kernel has counted for it.
private struct Watch: ~Copyable {
    let descriptor: OwnedDescriptor
    private var seen = 0
    private var lost = 0

    init(descriptor: consuming OwnedDescriptor) { self.descriptor = descriptor }

    func drain() throws(SystemError) -> [Sighting] {
        // Room for the longest headers with a whole quoted header in them; data beyond is of no interest.
        var buffer = [UInt8](repeating: 0, count: 256)
        var sightings: [Sighting] = []
        while true {
            var outgoing: Int32 = 0
            do {
                let count = try systemCall("recvfrom") {
                    buffer.withUnsafeMutableBytes {
                        cnl_receive_packet(descriptor.raw, $0.baseAddress, $0.count, &outgoing)
                    }
                }
                let direction: Sighting.Direction = outgoing == 1 ? .outgoing : .incoming
                if let sighting = Sighting(buffer.span.extracting(0..<count), direction: direction) {
                    sightings.append(sighting)
                }
            } catch  where error.errno == EAGAIN {
                return sightings
            }
        }
    }

    /// The kernel's counters start anew at each reading, so they are added up here.
    mutating func tally() throws(SystemError) -> (seen: Int, lost: Int) {
        var packets: UInt32 = 0
        var drops: UInt32 = 0
        try systemCall("getsockopt", "PACKET_STATISTICS") { cnl_packet_counts(descriptor.raw, &packets, &drops) }
        seen += Int(packets)
        lost += Int(drops)
        return (seen, lost)
    }
}
