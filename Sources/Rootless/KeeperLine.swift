import CNetlabShims
import Glibc
import LinuxSystem
import Namespaces

/// What goes over a connection to the keeper: one message from it, with the namespaces or with a refusal; then nothing,
/// until one side ends.
enum KeeperLine {
    /// Milliseconds; making the namespaces takes about ten.
    static let patience: Int32 = 10_000

    static func pair() throws -> (SharedDescriptor, SharedDescriptor) {
        var ends: [Int32] = [-1, -1]
        try systemCall("socketpair") { socketpair(AF_UNIX, socketStream | socketCloseOnExec, 0, &ends) }
        return (SharedDescriptor(OwnedDescriptor(owning: ends[0])), SharedDescriptor(OwnedDescriptor(owning: ends[1])))
    }

    static func send(_ namespaces: [SharedDescriptor], to socket: SharedDescriptor) throws {
        let message = Array("+".utf8)
        try systemCall("sendmsg") {
            cnl_send_descriptors(socket.raw, message, message.count, namespaces.map(\.raw), Int32(namespaces.count))
        }
    }

    static func send(_ refusal: RootlessRefusal, to socket: SharedDescriptor) throws {
        let message = Array("-\(refusal.line)".utf8)
        try systemCall("sendmsg") { cnl_send_descriptors(socket.raw, message, message.count, nil, 0) }
    }

    /// `nil` if the keeper ended without a word.
    static func receive(from socket: SharedDescriptor) throws -> [SharedDescriptor]? {
        var waiting = pollfd(fd: socket.raw, events: Int16(POLLIN), revents: 0)
        guard try systemCall("poll", "", { poll(&waiting, 1, patience) }) > 0 else {
            throw RootlessRefusal(step: "connect", text: "netlab's background process (netlab __keep) does not answer")
        }
        var bytes = [UInt8](repeating: 0, count: 4096)
        var raw: [Int32] = [-1, -1, -1, -1]
        var count: Int32 = 0
        let length: Int
        do {
            length = try systemCall("recvmsg") {
                cnl_receive_descriptors(socket.raw, &bytes, bytes.count, &raw, &count)
            }
        } catch {
            if error.errno == ECONNRESET { return nil }
            throw error
        }
        let namespaces = raw[..<Int(count)].map { SharedDescriptor(OwnedDescriptor(owning: $0)) }
        if length == 0 { return nil }
        let text = String(decoding: bytes[1..<length], as: UTF8.self)
        guard bytes[0] == UInt8(ascii: "+"), namespaces.count == UserNamespace.count else {
            throw RootlessRefusal(line: text) ?? RootlessRefusal(step: "connect", text: "an answer that makes no sense")
        }
        return namespaces
    }
}
