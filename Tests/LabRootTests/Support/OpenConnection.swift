import Glibc
import IPAddressing
import LinuxSystem
import Namespaces

/// A TCP connection that says nothing until asked to.
final class OpenConnection {
    let localPort: UInt16
    private let socket: OwnedDescriptor

    init(from namespace: NetworkNamespace, to address: IPv4Address, port: UInt16) throws {
        let raw = try namespace.run {
            let socket = try OwnedDescriptor(socket: AF_INET, socketStream)
            var remote = sockaddr_in()
            remote.sin_family = sa_family_t(AF_INET)
            remote.sin_port = port.bigEndian
            remote.sin_addr.s_addr = address.number.bigEndian
            try systemCall("connect", "\(address)") {
                withUnsafePointer(to: &remote) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        connect(socket.raw, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                    }
                }
            }
            return socket.release()
        }
        socket = OwnedDescriptor(owning: raw)
        var local = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try systemCall("getsockname") {
            withUnsafeMutablePointer(to: &local) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(raw, $0, &length) }
            }
        }
        localPort = UInt16(bigEndian: local.sin_port)
    }

    /// Sends a request; the error number that came instead of an answer, 0 if an answer came, ETIMEDOUT for neither.
    ///
    /// What is left of an earlier answer is no answer to this request, and hides a reset that came behind it
    /// (`tcp_recvmsg` hands out the queue before the error): it is read first.
    func ask(within milliseconds: Int32 = 10_000) throws -> Int32 {
        if let reset = drain() { return reset }
        let request = Array("GET / HTTP/1.1\r\nHost: echo\r\n\r\n".utf8)
        // A reset that came since the last answer is told by `send`.
        if send(socket.raw, request, request.count, Int32(MSG_NOSIGNAL)) < 0 { return errno }
        return try answer(within: milliseconds)
    }

    /// Reads all that has arrived; the error that stands behind it, if any.
    private func drain() -> Int32? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(socket.raw, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if count == 0 { return nil }
            if count < 0 { return errno == EAGAIN ? nil : errno }
        }
    }

    /// Whether what was asked for before still comes.
    func hears(within milliseconds: Int32 = 20_000) throws -> Bool { try answer(within: milliseconds) == 0 }

    private func answer(within milliseconds: Int32) throws -> Int32 {
        var waiting = pollfd(fd: socket.raw, events: Int16(POLLIN), revents: 0)
        guard try systemCall("poll", "", { poll(&waiting, 1, milliseconds) }) > 0 else { return ETIMEDOUT }
        var byte: UInt8 = 0
        return recv(socket.raw, &byte, 1, 0) < 0 ? errno : 0
    }
}
