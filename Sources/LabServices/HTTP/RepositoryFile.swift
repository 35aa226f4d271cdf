import Glibc
import LinuxSystem
import NIOCore

/// An open file of the repository.
final class RepositoryFile {
    let size: Int
    let modified: HTTPDate
    /// Changes with the content, as far as size and time can tell.
    let tag: String
    fileprivate let descriptor: OwnedDescriptor

    /// `nil` if there is no such plain file inside the folder.
    init?(_ path: RepositoryPath, in root: String) {
        // Links are followed inside the folder (suites are often links to each other), never out of it. Whoever could
        // swap a file between the two calls can write to the folder anyway.
        guard let resolved = realPath("\(root)/\(path.relative)"), resolved.hasPrefix(root + "/"),
            // Non-blocking, or a FIFO in the folder would hang the event loop.
            let descriptor = try? OwnedDescriptor(opening: resolved, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
        else { return nil }
        var status = stat()
        guard fstat(descriptor.raw, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        size = Int(status.st_size)
        modified = HTTPDate(seconds: status.st_mtim.tv_sec)
        tag =
            "\"\(String(size, radix: 16))-\(String(status.st_mtim.tv_sec, radix: 16))"
            + "-\(String(status.st_mtim.tv_nsec, radix: 16))\""
        self.descriptor = descriptor
    }
}

/// A part of a file, read as it is sent.
final class FileSource: ByteSource {
    private static let pieceSize = 128 << 10

    let count: Int
    private let file: RepositoryFile
    private var offset: Int
    private let end: Int

    init(_ file: RepositoryFile, _ range: Range<Int>) {
        self.file = file
        count = range.count
        offset = range.lowerBound
        end = range.upperBound
    }

    func next() throws -> ByteBuffer? {
        guard offset < end else { return nil }
        var piece = ByteBuffer()
        let read = try piece.writeWithUnsafeMutableBytes(minimumWritableBytes: min(Self.pieceSize, end - offset)) {
            space in
            try systemCall("pread") {
                pread(file.descriptor.raw, space.baseAddress, min(space.count, Self.pieceSize, end - offset), offset)
            }
        }
        guard read > 0 else { throw SystemError(call: "pread", errno: EIO, subject: "the file became shorter") }
        offset += read
        return piece
    }
}

/// The path without links and dots; `nil` if it does not exist.
func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
}

func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}
