import CNetlabShims
import Glibc
import IPAddressing
import LinuxSystem
import Namespaces

/// A non-blocking socket that lives in a namespace and is used from any thread.
struct ProbeSocket: ~Copyable, Sendable {
    let descriptor: OwnedDescriptor

    init(_ descriptor: consuming OwnedDescriptor) { self.descriptor = descriptor }

    /// Opens an AF_INET socket inside the namespace.
    init(in namespace: NetworkNamespace, _ type: Int32, _ protocolNumber: Int32 = 0) throws {
        let raw = try namespace.run {
            try OwnedDescriptor(socket: AF_INET, type | socketNonBlocking, protocolNumber).release()
        }
        self.init(OwnedDescriptor(owning: raw))
    }

    /// A socket that keeps ICMP errors with their senders in its error queue.
    static func keepingErrors(
        in namespace: NetworkNamespace, _ type: Int32, sourcePort: UInt16? = nil
    ) throws -> ProbeSocket {
        let socket = try ProbeSocket(in: namespace, type)
        try socket.set(Int32(IPPROTO_IP), IP_RECVERR, 1)
        if let sourcePort {
            // A connection of the check before may still be in TIME_WAIT on this port.
            try socket.set(SOL_SOCKET, SO_REUSEADDR, 1)
            try socket.bind(SocketAddress(address: IPv4Address(number: 0), port: sourcePort))
        }
        return socket
    }

    func set(_ level: Int32, _ option: Int32, _ value: Int32) throws(SystemError) {
        var value = value
        try systemCall("setsockopt") {
            setsockopt(descriptor.raw, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
        }
    }

    func bind(_ address: SocketAddress) throws(SystemError) {
        try systemCall("bind", address.description) {
            address.withNative { Glibc.bind(descriptor.raw, $0, $1) }
        }
    }

    /// For one connection at a time.
    func listen() throws(SystemError) {
        try systemCall("listen") { Glibc.listen(descriptor.raw, 1) }
    }

    /// Starts a connection; 0, or the errno (EINPROGRESS for TCP on its way).
    func connect(to address: SocketAddress) -> Int32 {
        do {
            try systemCall("connect") { address.withNative { Glibc.connect(descriptor.raw, $0, $1) } }
            return 0
        } catch {
            return error.errno
        }
    }

    /// The address the socket is bound to.
    func localAddress() throws(SystemError) -> SocketAddress {
        var native = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try systemCall("getsockname") {
            withUnsafeMutablePointer(to: &native) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    getsockname(descriptor.raw, $0, &length)
                }
            }
        }
        return SocketAddress(native)
    }

    /// Waits for `POLLIN` or `POLLOUT` (errors wake it too); `false` when time ran out.
    func wait(for events: Int32, until deadline: Deadline) throws(SystemError) -> Bool {
        while true {
            let left = deadline.instant - Deadline.now
            // Rounded up: polling again and again with zero would burn the last millisecond.
            let milliseconds = Int32(clamping: (max(0, left) + 999_999) / 1_000_000)
            var polled = pollfd(fd: descriptor.raw, events: Int16(events), revents: 0)
            let ready = try systemCall("poll") { poll(&polled, 1, milliseconds) }
            if ready > 0 { return true }
            if left <= 0 { return false }
        }
    }

    /// The pending error of the socket, cleared by reading it; 0 if there is none.
    func pendingError() throws(SystemError) -> Int32 {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        try systemCall("getsockopt") { getsockopt(descriptor.raw, SOL_SOCKET, SO_ERROR, &code, &length) }
        return code
    }

    /// What an error number means here: the ICMP message behind it if a packet said so, else a reset or the kernel.
    ///
    /// Port unreachable becomes ECONNREFUSED just as a reset does, so the queue is read first.
    func reason(for code: Int32) throws(SystemError) -> NoReply {
        var last: NoReply?
        var entry = cnl_socket_error()
        while true {
            let found = try systemCall("recvmsg") { cnl_next_socket_error(descriptor.raw, &entry) }
            if found == 0 { break }
            if entry.from_icmp == 1 {
                let offender = IPv4Address(number: UInt32(bigEndian: entry.offender))
                last = .unreachable(
                    ICMPError(
                        type: UInt8(truncatingIfNeeded: entry.type), code: UInt8(truncatingIfNeeded: entry.icmp_code),
                        from: offender))
            } else if last == nil {
                last = .network(entry.code)
            }
        }
        return last ?? (code == ECONNREFUSED ? .refused : .network(code))
    }

    /// Sends without waiting and without SIGPIPE; the count, or the errno as a failure.
    func send(_ bytes: ArraySlice<UInt8>) -> Result<Int, SystemError> {
        Result { () throws(SystemError) in
            try systemCall("send") {
                bytes.withUnsafeBytes { Glibc.send(descriptor.raw, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            }
        }
    }

    func send(_ bytes: [UInt8], to address: SocketAddress) -> Result<Int, SystemError> {
        Result { () throws(SystemError) in
            try systemCall("sendto", address.description) {
                bytes.withUnsafeBytes { bytes in
                    address.withNative {
                        sendto(descriptor.raw, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL), $0, $1)
                    }
                }
            }
        }
    }

    /// Receives what is there, at most the buffer's size; the count, or the errno as a failure.
    func receive(into buffer: inout [UInt8]) -> Result<Int, SystemError> {
        Result { () throws(SystemError) in
            try systemCall("recv") {
                buffer.withUnsafeMutableBytes { recv(descriptor.raw, $0.baseAddress, $0.count, 0) }
            }
        }
    }

    /// Narrows a raw socket to what its filter lets pass, from the very next read on.
    ///
    /// A raw socket hears its whole namespace from the moment it is open. Where many probes run, what came before the
    /// filter can fill the buffer, and then our own answer is dropped; so that is thrown away too.
    func hearOnly(_ filter: PacketProgram) throws(SystemError) {
        try filter.attach(to: descriptor)
        var nothing = [UInt8](repeating: 0, count: 1)
        while case .success = receive(into: &nothing) {}
    }

    /// Ends a connection by a reset, now: whoever starts a program at this moment holds a copy of every descriptor for
    /// a while, and the last `close` may come late.
    func reset() {
        var nobody = sockaddr()
        nobody.sa_family = sa_family_t(AF_UNSPEC)
        _ = Glibc.connect(descriptor.raw, &nobody, socklen_t(MemoryLayout<sockaddr>.size))
    }

    /// Makes `close` send a reset, so that neither end keeps the connection for a minute.
    func resetOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        _ = setsockopt(descriptor.raw, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }
}
