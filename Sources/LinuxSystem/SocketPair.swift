import CNetlabShims
import Glibc

/// Two connected stream sockets that close on exec: what is written at one end is read at the other, and open
/// descriptors can go along.
public struct SocketPair: Sendable {
    public let ours: SharedDescriptor
    public let theirs: SharedDescriptor

    public init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        try systemCall("socketpair") { cnl_socket_pair(&ends) }
        ours = SharedDescriptor(OwnedDescriptor(owning: ends[0]))
        theirs = SharedDescriptor(OwnedDescriptor(owning: ends[1]))
    }
}

extension OwnedDescriptor {
    /// The most descriptors that go with one message (`SCM_MAX_FD` is 253).
    private static var descriptorsAtOnce: Int { 200 }

    /// Hands open descriptors to the process at the other end of a stream socket.
    public func send(descriptors: [Int32]) throws(SystemError) {
        var rest = descriptors[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(Self.descriptorsAtOnce))
            try systemCall("sendmsg SCM_RIGHTS") { cnl_send_files(raw, part, Int32(part.count)) }
            rest = rest.dropFirst(part.count)
        }
    }

    /// Takes as many descriptors as were sent; fewer when the sender is gone.
    public func receiveDescriptors(count: Int) throws(SystemError) -> [Int32] {
        var all: [Int32] = []
        while all.count < count {
            var part = [Int32](repeating: -1, count: Self.descriptorsAtOnce)
            let came = try systemCall("recvmsg SCM_RIGHTS") {
                cnl_receive_files(raw, &part, Int32(Self.descriptorsAtOnce))
            }
            guard came > 0 else { break }
            all += part[..<Int(came)]
        }
        return all
    }

    /// Writes all bytes to a socket; a reader that is gone is an error (EPIPE), never a signal.
    public func send(_ bytes: [UInt8]) throws(SystemError) {
        var sent = 0
        while sent < bytes.count {
            sent += try systemCall("send") {
                bytes.withUnsafeBytes {
                    Glibc.send(raw, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
                }
            }
        }
    }

    /// Reads exactly so many bytes; fewer at the end of the file.
    public func readExactly(_ count: Int) throws(SystemError) -> [UInt8] {
        var result: [UInt8] = []
        while result.count < count {
            var chunk = [UInt8](repeating: 0, count: count - result.count)
            let came = try systemCall("read") {
                chunk.withUnsafeMutableBytes { Glibc.read(raw, $0.baseAddress, $0.count) }
            }
            if came == 0 { break }
            result += chunk[..<came]
        }
        return result
    }
}
