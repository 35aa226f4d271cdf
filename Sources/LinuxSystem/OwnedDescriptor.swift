import CNetlabShims
import Glibc

/// The one owner of an open file descriptor; closes it when it goes out of scope.
public struct OwnedDescriptor: ~Copyable, Sendable {
    /// The number, valid as long as this value lives.
    public let raw: Int32

    /// Takes over an open descriptor.
    public init(owning raw: Int32) {
        precondition(raw >= 0, "not a descriptor")
        self.raw = raw
    }

    /// Opens a file. `O_CLOEXEC` is always added.
    public init(opening path: String, _ flags: Int32, mode: UInt32 = 0o600) throws(SystemError) {
        raw = try systemCall("open", path) { open(path, flags | O_CLOEXEC, mode) }
    }

    /// Opens a socket. `SOCK_CLOEXEC` is always added.
    public init(socket family: Int32, _ type: Int32, _ protocolNumber: Int32 = 0) throws(SystemError) {
        raw = try systemCall("socket") { Glibc.socket(family, type | socketCloseOnExec, protocolNumber) }
    }

    deinit { _ = close(raw) }

    /// Gives the descriptor away; the caller closes it.
    public consuming func release() -> Int32 {
        let raw = raw
        discard self
        return raw
    }

    /// A second descriptor for the same open file, close-on-exec.
    public func duplicate() throws(SystemError) -> OwnedDescriptor {
        let copy = try systemCall("dup") { dup(raw) }
        _ = cnl_set_cloexec(copy, 1)
        return OwnedDescriptor(owning: copy)
    }

    /// Writes all bytes.
    public func write(_ bytes: some Collection<UInt8>) throws(SystemError) {
        let bytes = Array(bytes)
        var sent = 0
        while sent < bytes.count {
            sent += try systemCall("write") {
                bytes.withUnsafeBytes { Glibc.write(raw, $0.baseAddress.map { $0 + sent }, bytes.count - sent) }
            }
        }
    }

    /// Reads once: what is there, `limit` bytes at most; empty at the end of the file.
    public func readSome(limit: Int = 65_536) throws(SystemError) -> [UInt8] {
        var chunk = [UInt8](repeating: 0, count: limit)
        let count = try systemCall("read") { chunk.withUnsafeMutableBytes { read(raw, $0.baseAddress, $0.count) } }
        return Array(chunk[..<count])
    }

    /// Reads until end of file or `limit` bytes.
    public func readAll(limit: Int = 1 << 26) throws(SystemError) -> [UInt8] {
        var result: [UInt8] = []
        // Files of the kernel are small, and it sets aside as many bytes as a reader asks for.
        var chunk = [UInt8](repeating: 0, count: 4096)
        while result.count < limit {
            let count = try systemCall("read") { chunk.withUnsafeMutableBytes { read(raw, $0.baseAddress, $0.count) } }
            if count == 0 { break }
            result += chunk[..<count]
            if count == chunk.count, count < 65_536 { chunk = [UInt8](repeating: 0, count: 4 * count) }
        }
        return result
    }
}

/// `SOCK_CLOEXEC`, `SOCK_NONBLOCK` and the socket types as plain numbers; the importer gives each its own type.
public let socketCloseOnExec = Int32(SOCK_CLOEXEC.rawValue)
public let socketNonBlocking = Int32(SOCK_NONBLOCK.rawValue)
public let socketStream = Int32(SOCK_STREAM.rawValue)
public let socketDatagram = Int32(SOCK_DGRAM.rawValue)
public let socketRaw = Int32(SOCK_RAW.rawValue)
