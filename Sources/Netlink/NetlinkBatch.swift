/// Messages that go to the kernel in one `sendmsg`, with what each was for.
public struct NetlinkBatch: Sendable {
    /// What a message was for, kept to explain a refusal.
    public struct Purpose: Sendable {
        /// In words only when asked: of ten thousand rules, one at most is refused.
        private let describe: @Sendable () -> String
        public let subject: String

        public var operation: String { describe() }

        public init(operation: @autoclosure @escaping @Sendable () -> String, subject: String) {
            describe = operation
            self.subject = subject
        }
    }

    /// The messages back to back, each padded to four bytes. Sequence numbers are set when the batch is sent.
    public private(set) var bytes: [UInt8] = []
    /// Where each message starts.
    public private(set) var offsets: [Int] = []
    public private(set) var purposes: [Purpose] = []

    public init() {}

    public var isEmpty: Bool { offsets.isEmpty }
    public var count: Int { offsets.count }

    /// Appends one finished message, header included (host byte order, `nlmsg_len` set).
    public mutating func append(
        _ message: UnsafeRawBufferPointer, operation: @autoclosure @escaping @Sendable () -> String, subject: String
    ) {
        precondition(message.count >= NetlinkHeader.size, "a netlink message has a header")
        offsets.append(bytes.count)
        bytes.append(contentsOf: message)
        while bytes.count & 3 != 0 { bytes.append(0) }
        purposes.append(Purpose(operation: operation(), subject: subject))
    }

    /// Appends all messages of another batch.
    public mutating func append(_ other: NetlinkBatch) {
        let start = bytes.count
        bytes.append(contentsOf: other.bytes)
        offsets.append(contentsOf: other.offsets.map { start + $0 })
        purposes.append(contentsOf: other.purposes)
    }

    /// Numbers the messages from `first`, marks each as a request and asks for an ACK of the one at `acknowledged`.
    ///
    /// Without `NLM_F_REQUEST` the kernel skips a message and yet acknowledges it; libnl's builders leave it out.
    mutating func number(from first: UInt32, acknowledged: Int) {
        for (index, offset) in offsets.enumerated() {
            bytes.withUnsafeMutableBytes { raw in
                raw.storeBytes(
                    of: first &+ UInt32(index), toByteOffset: offset + NetlinkHeader.sequenceOffset, as: UInt32.self)
                var flags = raw.loadUnaligned(fromByteOffset: offset + NetlinkHeader.flagsOffset, as: UInt16.self)
                flags |= NetlinkHeader.request
                if index == acknowledged { flags |= NetlinkHeader.acknowledge }
                raw.storeBytes(of: flags, toByteOffset: offset + NetlinkHeader.flagsOffset, as: UInt16.self)
            }
        }
    }
}
