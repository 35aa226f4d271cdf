import CNetlabShims
import Glibc
public import LinuxSystem
import Synchronization

/// A netlink socket of one namespace: it belongs to the namespace it was opened in, whoever uses it.
public final class NetlinkSocket: Sendable {
    /// Which kernel family it speaks to.
    public enum Family: Sendable {
        /// `NETLINK_ROUTE`: links, addresses, routes, rules, neighbours.
        case route
        /// `NETLINK_NETFILTER`: nftables, connection tracking.
        case netfilter

        var number: Int32 { self == .route ? cnl_netlink_route : cnl_netlink_netfilter }
    }

    private struct State: ~Copyable {
        let descriptor: OwnedDescriptor
        var sequence: UInt32 = 1
    }

    private let state: Mutex<State>

    /// Opens a socket in the calling thread's namespace, with extended ACKs on.
    public init(_ family: Family) throws(SystemError) {
        let raw = try systemCall("socket AF_NETLINK") { cnl_netlink_socket(family.number) }
        state = Mutex(State(descriptor: OwnedDescriptor(owning: raw)))
    }

    /// Sends the whole batch at once and waits until the kernel has answered for its last message.
    ///
    /// Only the last message asks for an ACK: the kernel handles a batch in order while `sendmsg` runs, so one ACK (or
    /// one error with that number) says that all have been handled. Every refusal is gathered.
    /// - Parameter acknowledging: The message to ask the ACK of, the last by default (nfnetlink wants the one before
    ///   the end of the batch).
    public func commit(_ batch: NetlinkBatch, acknowledging: Int? = nil) throws {
        guard !batch.isEmpty else { return }
        var batch = batch
        try state.withLock { state in
            let first = state.sequence
            state.sequence &+= UInt32(batch.count)
            noteNetlinkMessages(batch.count)
            let last = acknowledging ?? batch.count - 1
            batch.number(from: first, acknowledged: last)
            try Self.send(batch.bytes, on: state.descriptor.raw)
            var refusals: [KernelRefusal] = []
            let isAnswered = try Self.receive(on: state.descriptor.raw) { header, message in
                let index = Int(header.sequence &- first)
                guard batch.purposes.indices.contains(index) else { return true }
                guard let answer = NetlinkAnswer(header, message) else { return true }
                if answer.errno != 0 { refusals.append(answer.refusal(of: batch.purposes[index])) }
                return index < last
            }
            if !refusals.isEmpty { throw BatchRefusal(refusals) }
            guard isAnswered else { throw SystemError(call: "recvmsg AF_NETLINK", errno: EAGAIN) }
        }
    }

    /// Asks for a list and hands over each message of the answer, body only; stops at `NLMSG_DONE`.
    ///
    /// An interrupted dump (`NLM_F_DUMP_INTR`: something changed meanwhile) is asked for again, at most five times.
    public func dump<Item>(
        _ request: NetlinkBatch, _ parse: (_ type: UInt16, _ body: UnsafeRawBufferPointer) -> Item?
    ) throws -> [Item] {
        for _ in 0..<5 {
            if let items = try dumpOnce(request, parse) { return items }
        }
        let purpose = request.purposes[0]
        throw KernelRefusal(
            operation: purpose.operation, subject: purpose.subject, errno: EINTR,
            message: "the list changed under five readings")
    }

    private func dumpOnce<Item>(
        _ request: NetlinkBatch, _ parse: (_ type: UInt16, _ body: UnsafeRawBufferPointer) -> Item?
    ) throws -> [Item]? {
        var items: [Item] = []
        var interrupted = false
        var refusal: KernelRefusal?
        try state.withLock { state in
            var request = request
            let sequence = state.sequence
            state.sequence &+= 1
            request.number(from: sequence, acknowledged: -1)
            try Self.send(request.bytes, on: state.descriptor.raw)
            let isAnswered = try Self.receive(on: state.descriptor.raw) { header, message in
                guard header.sequence == sequence else { return true }
                if header.flags & UInt16(cnl_nlm_f_dump_intr) != 0 { interrupted = true }
                if header.type == UInt16(cnl_nlmsg_done) { return false }
                if let answer = NetlinkAnswer(header, message) {
                    if answer.errno != 0 { refusal = answer.refusal(of: request.purposes[0]) }
                    return false
                }
                let body = UnsafeRawBufferPointer(rebasing: message[NetlinkHeader.size...])
                if let item = parse(header.type, body) { items.append(item) }
                // A single answer (not a dump) is not followed by NLMSG_DONE.
                return header.flags & UInt16(cnl_nlm_f_multi) != 0
            }
            guard isAnswered else { throw SystemError(call: "recvmsg AF_NETLINK", errno: EAGAIN) }
        }
        if let refusal { throw refusal }
        return interrupted ? nil : items
    }

    private static func send(_ bytes: [UInt8], on descriptor: Int32) throws {
        // A batch must be one sendmsg; the default buffer holds about 200 KB. Twice the size, for the kernel counts
        // its own overhead too.
        if bytes.count > 64 << 10 { _ = cnl_send_buffer(descriptor, Int32(bytes.count * 2 + 65_536)) }
        // Without root the buffer grows no further than the machine's limit, and EMSGSIZE says that it is too small.
        let sent = try systemCall("sendmsg", "of \(bytes.count) bytes (net.core.wmem_max bounds it without root)") {
            bytes.withUnsafeBytes { cnl_netlink_send(descriptor, $0.baseAddress, $0.count) }
        }
        guard sent == bytes.count else { throw SystemError(call: "sendmsg", errno: EMSGSIZE) }
    }

    /// Hands over messages until `body` says enough; `false` when there are no more.
    ///
    /// Never waits: the kernel answers while `sendmsg` runs, and fills the next part of a dump while we read.
    private static func receive(
        on descriptor: Int32, _ body: (NetlinkHeader, UnsafeRawBufferPointer) throws -> Bool
    ) throws -> Bool {
        // Not zeroed: most answers are short, and a dump of a lab asks for hundreds.
        try withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 8) { buffer in
            while true {
                var sender: UInt32 = 0
                guard let count = try receiveOnce(on: descriptor, buffer, &sender) else { return false }
                // Port 0 is the kernel; anybody else is not to be believed.
                guard sender == 0 else { continue }
                guard count <= buffer.count else { throw SystemError(call: "recvmsg", errno: EMSGSIZE) }
                let raw = UnsafeRawBufferPointer(rebasing: buffer[..<count])
                var offset = 0
                while let header = NetlinkHeader(raw, at: offset) {
                    let message = UnsafeRawBufferPointer(rebasing: raw[offset..<offset + header.length])
                    guard try body(header, message) else { return true }
                    offset += (header.length + 3) & ~3
                }
            }
        }
    }

    /// One datagram's length, or `nil` when none is waiting.
    private static func receiveOnce(
        on descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer, _ sender: inout UInt32
    ) throws(SystemError) -> Int? {
        while true {
            let count = cnl_netlink_receive(
                descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT), &sender)
            if count >= 0 { return count }
            switch errno {
            case EINTR: continue
            case EAGAIN: return nil
            case let code: throw SystemError(call: "recvmsg AF_NETLINK", errno: code)
            }
        }
    }
}
