import Glibc
import IPAddressing
import LinuxSystem
import Namespaces
import Probes
import Synchronization

/// A server in a namespace, on a plain thread of its own.
final class TestServer: Sendable {
    private let isStopping = Atomic<Bool>(false)
    private let thread: Mutex<pthread_t?> = Mutex(nil)
    private let descriptor: OwnedDescriptor

    /// Serves TCP connections one after the other.
    convenience init(
        tcp port: UInt16, in namespace: NetworkNamespace, _ serve: @escaping @Sendable (Connection) -> Void
    ) throws {
        try self.init(port, socketStream, in: namespace) { listener in
            var peer = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let raw = withUnsafeMutablePointer(to: &peer) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { accept(listener, $0, &length) }
            }
            if raw >= 0 { serve(Connection(descriptor: raw, peer: address(peer))) }
        }
    }

    /// Answers UDP datagrams: the closure gets the bytes and the sender.
    convenience init(
        udp port: UInt16, in namespace: NetworkNamespace,
        _ answer: @escaping @Sendable ([UInt8], SocketAddress) -> [[UInt8]]
    ) throws {
        try self.init(port, socketDatagram, in: namespace) { socket in
            var peer = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            var buffer = [UInt8](repeating: 0, count: 65_536)
            withUnsafeMutablePointer(to: &peer) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                    let count = recvfrom(socket, &buffer, buffer.count, 0, pointer, &length)
                    guard count >= 0 else { return }
                    let sender = pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { address($0.pointee) }
                    for bytes in answer(Array(buffer[..<count]), sender) {
                        sendto(socket, bytes, bytes.count, 0, pointer, length)
                    }
                }
            }
        }
    }

    /// Accepts connections and closes them.
    static func listener(_ port: UInt16, in namespace: NetworkNamespace) throws -> TestServer {
        try TestServer(tcp: port, in: namespace) { $0.close() }
    }

    private init(
        _ port: UInt16, _ type: Int32, in namespace: NetworkNamespace, _ step: @escaping @Sendable (Int32) -> Void
    ) throws {
        let raw = try namespace.run {
            let socket = try OwnedDescriptor(socket: AF_INET, type)
            var on: Int32 = 1
            setsockopt(socket.raw, SOL_SOCKET, SO_REUSEADDR, &on, 4)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            try systemCall("bind") {
                withUnsafePointer(to: &address) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        bind(socket.raw, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                    }
                }
            }
            if type == socketStream { try systemCall("listen") { listen(socket.raw, 512) } }
            return socket.release()
        }
        descriptor = OwnedDescriptor(owning: raw)
        let loop = Loop { [self] in
            while !isStopping.load(ordering: .relaxed) {
                var polled = pollfd(fd: descriptor.raw, events: Int16(POLLIN), revents: 0)
                if poll(&polled, 1, 20) > 0 { step(descriptor.raw) }
            }
        }
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Loop>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(loop).toOpaque())
        guard code == 0 else { throw SystemError(call: "pthread_create", errno: code) }
        self.thread.withLock { $0 = thread }
    }

    func stop() {
        isStopping.store(true, ordering: .relaxed)
        if let thread = thread.withLock({ $0.take() }) { pthread_join(thread, nil) }
    }

    private final class Loop: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }
}

/// An accepted connection.
struct Connection {
    let descriptor: Int32
    let peer: SocketAddress

    func close() { _ = Glibc.close(descriptor) }

    func send(_ text: String) { send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) { _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }

    /// Reads until the text contains `end`, or nothing comes for a second.
    func read(until end: String) -> String {
        var text = ""
        var buffer = [UInt8](repeating: 0, count: 8192)
        while !text.contains(end) {
            var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&polled, 1, 1000) > 0 else { break }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            text += String(decoding: buffer[..<count], as: UTF8.self)
        }
        return text
    }
}

private func address(_ native: sockaddr_in) -> SocketAddress {
    SocketAddress(
        address: IPv4Address(number: UInt32(bigEndian: native.sin_addr.s_addr)),
        port: UInt16(bigEndian: native.sin_port))
}

extension Connection {
    /// Reads exactly so many bytes, or fewer if nothing comes for a second.
    func readBytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: count)
        while bytes.count < count {
            var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&polled, 1, 1000) > 0 else { break }
            let received = recv(descriptor, &buffer, count - bytes.count, 0)
            guard received > 0 else { break }
            bytes += buffer[..<received]
        }
        return bytes
    }
}
