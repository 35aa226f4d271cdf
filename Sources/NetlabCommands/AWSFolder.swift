import AWSImport
import LabRunner
import LinuxSystem

/// A folder of descriptions on disk.
enum AWSFolder {
    /// Reads every `.json` file below it. What was not read is a warning of its own.
    ///
    /// - Throws: `LabRunnerError` where the folder itself cannot be opened.
    static func read(_ path: String) throws -> ImportedLab {
        let limits = FolderReader.Limits(
            files: ImportLimits.files, depth: ImportLimits.depth, fileBytes: ImportLimits.fileBytes,
            bytes: ImportLimits.bytes)
        let folder: FolderReader
        do {
            folder = try FolderReader.read(path, suffix: ".json", limits: limits)
        } catch {
            throw LabRunnerError(.input, "\(path) cannot be read: \(error)")
        }
        let root = path.hasSuffix("/") ? path : path + "/"
        return AWSImport.read(
            folder.files.map { DescriptionFile(path: root + $0.path, folders: $0.folders, bytes: $0.bytes) },
            name: name(of: path), unread: folder.refused.map { (root + $0.path, $0.reason) })
    }

    /// The folder's own name; that of the one above where it says nothing.
    static func name(of path: String) -> String {
        let parts = absolute(path).split(separator: "/").map(String.init)
        return parts.last { !["aws_configs", "aws", "accounts", "."].contains($0) } ?? "aws"
    }

    private static func absolute(_ path: String) -> String { Files.resolved(path) ?? path }
}
