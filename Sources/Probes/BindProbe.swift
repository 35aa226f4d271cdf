import Glibc
import IPAddressing
public import LinuxSystem
public import Namespaces

/// Takes a TCP port on every address of a node, as a server that starts there would, and gives it back at once.
///
/// Equivalent to `ip netns exec NAME nc -l PORT`, ended as soon as it waits.
public struct BindProbe: Sendable {
    public let namespace: NetworkNamespace
    public let port: UInt16

    public init(in namespace: NetworkNamespace, port: UInt16) {
        self.namespace = namespace
        self.port = port
    }

    /// Why the kernel refused, `nil` if it did not: `EADDRINUSE` where somebody else has the port.
    public func run() throws -> SystemError? {
        let socket = try ProbeSocket(in: namespace, socketStream)
        // As servers do: what is left of old connections is in nobody's way.
        try socket.set(SOL_SOCKET, SO_REUSEADDR, 1)
        do {
            try socket.bind(SocketAddress(address: IPv4Address(number: 0), port: port))
            try socket.listen()
            return nil
        } catch {
            guard [EADDRINUSE, EACCES].contains(error.errno) else { throw error }
            return error
        }
    }
}
