import Crypto
import Glibc
import LinuxSystem

/// The SHA-256 of a file, computed from its bytes.
public enum FileDigest {
    /// In hexadecimal, with the number of bytes. Equivalent to `sha256sum FILE`.
    public static func sha256(of path: String) throws -> (hex: String, bytes: Int) {
        let file = try OwnedDescriptor(opening: path, O_RDONLY)
        var hash = SHA256()
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        var bytes = 0
        while true {
            let count = try systemCall("read", path) { read(file.raw, &chunk, chunk.count) }
            if count == 0 { break }
            chunk.withUnsafeBytes { hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            bytes += count
        }
        return (hexadecimal(hash.finalize()), bytes)
    }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
