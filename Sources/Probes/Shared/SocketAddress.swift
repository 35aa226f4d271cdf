import Glibc
public import IPAddressing

/// An IPv4 address and a port; the port is 0 where the protocol has none.
public struct SocketAddress: Hashable, Comparable, Sendable, LosslessStringConvertible {
    public let address: IPv4Address
    public let port: UInt16

    public init(address: IPv4Address, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// `A.B.C.D:P`; `nil` for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPv4Address(String(parts[0])) else { return nil }
        guard 1...5 ~= parts[1].utf8.count, parts[1].utf8.allSatisfy({ 48...57 ~= $0 }), let port = UInt16(parts[1])
        else { return nil }
        self.init(address: address, port: port)
    }

    public var description: String { "\(address):\(port)" }

    public static func < (left: Self, right: Self) -> Bool {
        (left.address, left.port) < (right.address, right.port)
    }
}

extension SocketAddress {
    /// 0.0.0.0:0, what an unbound socket has.
    static let unspecified = SocketAddress(address: IPv4Address(number: 0), port: 0)

    /// As the socket calls want it.
    var native: sockaddr_in {
        var result = sockaddr_in()
        result.sin_family = sa_family_t(AF_INET)
        result.sin_port = port.bigEndian
        result.sin_addr.s_addr = address.number.bigEndian
        return result
    }

    init(_ native: sockaddr_in) {
        self.init(
            address: IPv4Address(number: UInt32(bigEndian: native.sin_addr.s_addr)),
            port: UInt16(bigEndian: native.sin_port))
    }

    /// Hands the address to a C call.
    func withNative<Value>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value {
        withUnsafePointer(to: native) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
