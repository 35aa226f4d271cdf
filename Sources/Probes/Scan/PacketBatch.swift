import CNetlabShims
import Glibc
import LinuxSystem

/// Packets of one size, side by side in memory, each with its destination: what sendmmsg(2) takes.
struct PacketBatch: ~Copyable {
    static let capacity = 64

    let packetSize: Int
    private(set) var count = 0
    /// A slot for each packet, with room before it for the headers of a frame.
    private let bytes: UnsafeMutableRawBufferPointer
    private let addresses: UnsafeMutableBufferPointer<sockaddr_in>
    /// Which probe each packet is.
    private(set) var indexes: [Int]
    /// Whether the packets stand in frames of our own making.
    private(set) var isFramed = false

    private var slotSize: Int { FramePath.headerSize + packetSize }

    /// - Parameter template: what every packet begins as.
    init(_ template: [UInt8]) {
        packetSize = template.count
        bytes = .allocate(byteCount: (FramePath.headerSize + packetSize) * Self.capacity, alignment: 16)
        for slot in 0..<Self.capacity {
            bytes[(slot * (FramePath.headerSize + packetSize) + FramePath.headerSize)...].copyBytes(from: template)
        }
        addresses = .allocate(capacity: Self.capacity)
        addresses.initialize(repeating: SocketAddress.unspecified.native)
        indexes = Array(repeating: 0, count: Self.capacity)
    }

    deinit {
        bytes.deallocate()
        addresses.deallocate()
    }

    /// From now on packets stand in frames with these headers, or, without them, are the kernel's to frame. Only while
    /// the batch is empty.
    mutating func frame(by headers: [UInt8]?) {
        precondition(count == 0)
        isFramed = headers != nil
        guard let headers else { return }
        for slot in 0..<Self.capacity { bytes[(slot * slotSize)...].copyBytes(from: headers) }
    }

    var isFull: Bool { count == Self.capacity }

    /// Adds a packet. What the writer leaves alone is as the template or the packet before had it.
    mutating func add(_ index: Int, to address: UInt32, port: UInt16, _ writer: ProbeWriter) {
        precondition(count < Self.capacity)
        let end = (count + 1) * slotSize
        let packet = UnsafeMutableRawBufferPointer(rebasing: bytes[end - packetSize..<end])
        writer.write(index, port: port, into: packet)
        addresses[count].sin_port = writer.usesSocketPort ? port.bigEndian : 0
        addresses[count].sin_addr.s_addr = address.bigEndian
        indexes[count] = index
        count += 1
    }

    mutating func clear() { count = 0 }

    /// What became of a batch.
    struct Fate {
        var sent = 0
        /// Probes the kernel would not send, or not in time, and its last word on that.
        var refused: [Int] = []
        /// How often a full queue made us wait.
        var held = 0
        var error: Int32?
    }

    /// Sends all packets.
    func send(on socket: borrowing ProbeSocket, until deadline: Deadline) -> Fate {
        var fate = Fate()
        var next = 0
        let head = isFramed ? 0 : FramePath.headerSize
        while next < count, let address = addresses.baseAddress, let base = bytes.baseAddress {
            do throws(SystemError) {
                let sent = try systemCall("sendmmsg") {
                    cnl_send_many(
                        socket.descriptor.raw, base + next * slotSize + head, slotSize, slotSize - head,
                        isFramed ? nil : address + next, Int32(count - next))
                }
                next += Int(sent)
                fate.sent += Int(sent)
            } catch  where error.errno == EAGAIN || error.errno == ENOBUFS {
                // A queue on the way is full; it empties within microseconds.
                if deadline.isOver {
                    fate.refused += indexes[next..<count]
                    return fate
                }
                fate.held += 1
                usleep(100)
            } catch {
                // sendmmsg reports what stopped it at the first packet it could not send.
                fate.refused.append(indexes[next])
                fate.error = error.errno
                next += 1
            }
        }
        return fate
    }
}
