import CLibNL
import Netlink

/// A message that libnl built; freed when it goes out of scope.
struct RouteMessage: ~Copyable {
    private let raw: OpaquePointer

    /// Takes over what one of libnl's `…_build_…_request` functions makes.
    ///
    /// - Throws: What libnl refuses before the kernel is asked: a missing attribute, memory.
    init(_ operation: String, _ build: (inout OpaquePointer?) -> Int32) throws {
        var message: OpaquePointer?
        let code = build(&message)
        guard code >= 0, let message else {
            throw KernelRefusal(
                operation: operation, subject: "", errno: 22, message: String(cString: nl_geterror(code)))
        }
        raw = message
    }

    deinit { nlmsg_free(raw) }

    func append(to batch: inout NetlinkBatch, operation: String, subject: String) {
        guard let header = nlmsg_hdr(raw) else { return }
        let bytes = UnsafeRawBufferPointer(start: header, count: Int(header.pointee.nlmsg_len))
        batch.append(bytes, operation: operation, subject: subject)
    }
}
