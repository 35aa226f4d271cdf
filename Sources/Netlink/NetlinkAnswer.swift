import CNetlabShims

/// An `NLMSG_ERROR` message: an ACK when its number is zero, a refusal otherwise.
struct NetlinkAnswer {
    /// Positive.
    let errno: Int32
    /// The kernel's sentence, if any.
    let text: String?

    /// `nil` when the message is no answer at all, or is cut short.
    init?(_ header: NetlinkHeader, _ message: UnsafeRawBufferPointer) {
        guard header.type == UInt16(cnl_nlmsg_error), message.count >= NetlinkHeader.size + 4 else { return nil }
        // Wrapping: whatever number stands there, reading it must not end the program.
        errno = 0 &- message.loadUnaligned(fromByteOffset: NetlinkHeader.size, as: Int32.self)
        text = Self.text(header, message)
    }

    /// The attributes follow the echo of our message: its header only when the kernel says CAPPED, else all of it.
    private static func text(_ header: NetlinkHeader, _ message: UnsafeRawBufferPointer) -> String? {
        guard header.flags & UInt16(cnl_nlm_f_ack_tlvs) != 0 else { return nil }
        let echo = NetlinkHeader.size + 4
        guard message.count >= echo + NetlinkHeader.size else { return nil }
        let capped = header.flags & UInt16(cnl_nlm_f_capped) != 0
        let echoed = capped ? NetlinkHeader.size : Int(message.loadUnaligned(fromByteOffset: echo, as: UInt32.self))
        let start = echo + ((echoed + 3) & ~3)
        guard start <= message.count else { return nil }
        let attributes = NetlinkAttributes(UnsafeRawBufferPointer(rebasing: message[start...]))
        return attributes[Int(cnl_nlmsgerr_attr_msg)]?.text
    }

    func refusal(of purpose: NetlinkBatch.Purpose) -> KernelRefusal {
        KernelRefusal(operation: purpose.operation, subject: purpose.subject, errno: errno, message: text)
    }
}
