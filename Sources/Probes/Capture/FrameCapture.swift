import CNetlabShims
import Glibc
import LinuxSystem
public import Namespaces
import Synchronization

/// Keeps the whole frames that pass one interface of a namespace, with the kernel's own times.
///
/// Equivalent to `ip netns exec NAME tcpdump -i INTERFACE FILTER`. For what only needs headers see `Witness`.
public final class FrameCapture: Sendable {
    /// One frame.
    public struct Frame: Hashable, Sendable {
        /// Ethernet header first.
        public let bytes: [UInt8]
        /// On the wire, in bytes.
        public let originalLength: Int
        /// Nanoseconds since 1970.
        public let time: Int64
        /// It left the namespace by the interface.
        public let isOutgoing: Bool
    }

    fileprivate struct Open: ~Copyable {
        var tap: PacketTap
        var buffer: [UInt8]
    }

    /// For `poll`.
    public let raw: Int32
    private let open: Mutex<Open?>

    /// - Parameters:
    ///   - snapLength: Of each frame at most so many bytes are kept.
    ///   - bufferBytes: Kernel memory for frames not yet drained.
    public init(
        in namespace: NetworkNamespace, interface: String, filter: FrameFilter? = nil, snapLength: Int = 262_144,
        bufferBytes: Int = 32 << 20
    ) throws {
        let tap = try PacketTap(
            in: namespace, interface: interface, type: socketRaw, program: filter?.program, bufferBytes: bufferBytes,
            wantsTimes: true)
        raw = tap.descriptor.raw
        open = Mutex(Open(tap: tap, buffer: [UInt8](repeating: 0, count: snapLength)))
    }

    /// What passed since the last call, in order, `limit` frames at most. Never waits. Empty once closed.
    public func drain(limit: Int = 4096) throws -> [Frame] {
        try open.withLock { open in
            var frames: [Frame] = []
            while frames.count < limit, let frame = try open?.next() { frames.append(frame) }
            return frames
        }
    }

    /// How many frames passed the filter so far, and how many of them were lost because they were not drained in time.
    public func tally() throws -> (seen: UInt64, lost: UInt64) {
        try open.withLock { open in try open?.tap.tally() ?? (0, 0) }
    }

    /// Stops. Waits until no processor uses the socket any more; later calls do nothing.
    public func close() {
        let ended = open.withLock { $0.take() }
        _ = consume ended
    }

    /// Stops all of them, waiting for all at once.
    public static func close(all captures: [FrameCapture]) {
        _ = inParallel(captures.map { capture in { @Sendable () in capture.close() } }, threads: captures.count)
    }
}

extension FrameCapture.Open {
    mutating func next() throws(SystemError) -> FrameCapture.Frame? {
        var time: Int64 = 0
        var outgoing: Int32 = 0
        var length: Int32 = 0
        do {
            let raw = tap.descriptor.raw
            let count = try systemCall("recvmsg") {
                buffer.withUnsafeMutableBytes {
                    cnl_receive_frame(raw, $0.baseAddress, $0.count, &time, &outgoing, &length)
                }
            }
            return FrameCapture.Frame(
                bytes: Array(buffer[..<count]), originalLength: Int(length), time: time, isOutgoing: outgoing == 1)
        } catch {
            if error.errno == EAGAIN { return nil }
            throw error
        }
    }
}
