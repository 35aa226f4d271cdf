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
    private let tap: Mutex<PacketTap?>

    /// - Parameter bufferBytes: kernel memory for packets not yet drained; a small packet takes about 1 KiB of it.
    public init(
        in namespace: NetworkNamespace, interface: String, filter: PacketFilter = PacketFilter(),
        bufferBytes: Int = 32 << 20
    ) throws {
        self.namespace = namespace
        self.interface = interface
        self.filter = filter
        tap = Mutex(
            try PacketTap(
                in: namespace, interface: interface, type: socketDatagram, program: filter.program,
                bufferBytes: bufferBytes))
    }

    /// What was seen since the last call, in order. Never waits. Empty once closed.
    public func drain() throws(SystemError) -> [Sighting] {
        try tap.withLock { tap throws(SystemError) in try tap?.sightings() ?? [] }
    }

    /// How many packets passed the filter so far, drained or not. 0 once closed.
    public var count: Int {
        get throws(SystemError) { try tap.withLock { tap throws(SystemError) in Int(try tap?.tally().seen ?? 0) } }
    }

    /// How many of them were lost because they were not drained in time. Evidence is whole only if this is 0.
    public var dropped: Int {
        get throws(SystemError) { try tap.withLock { tap throws(SystemError) in Int(try tap?.tally().lost ?? 0) } }
    }

    /// Stops watching. Waits 10–20 ms until no processor uses the socket any more; later calls do nothing.
    public func close() {
        // Taken out under the lock, closed after it.
        let ended = tap.withLock { $0.take() }
        _ = consume ended
    }

    /// Stops all of them, waiting for all at once instead of for one after the other.
    public static func close(all witnesses: [Witness]) {
        _ = inParallel(witnesses.map { witness in { @Sendable () in witness.close() } }, threads: witnesses.count)
    }
}

extension PacketTap {
    /// All packets that wait.
    fileprivate func sightings() throws(SystemError) -> [Sighting] {
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
}
