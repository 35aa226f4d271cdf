import AWSImport
import CloudModel
import LinuxSystem
import Testing

/// Folders of descriptions.
enum Snapshots {
    /// Real ones, beside the package: read where they lie, never copied here.
    static let real: [String] = {
        let root = "\(package)/../shared/conformance/batfish"
        return ((try? Files.list(root)) ?? []).filter { $0.hasPrefix("test-") }
    }()

    private static let package = #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined()

    static func files(of snapshot: String) throws -> [DescriptionFile] {
        let path = "\(package)/../shared/conformance/batfish/\(snapshot)/aws_configs"
        let limits = FolderReader.Limits(files: 1_000, depth: 6, fileBytes: 1 << 24, bytes: 1 << 28)
        return try FolderReader.read(path, suffix: ".json", limits: limits).files.map {
            DescriptionFile(path: $0.path, folders: $0.folders, bytes: $0.bytes)
        }
    }

    /// The lab of a real folder; warnings are fine.
    static func lab(_ snapshot: String) throws -> Lab {
        let imported = AWSImport.read(try files(of: snapshot), name: snapshot)
        return try #require(imported.lab, "\(imported.rendered)")
    }

    /// Small descriptions written in a test: file name (with folders) to content.
    static func read(_ texts: [String: String], name: String = "small") -> ImportedLab {
        let files = texts.sorted { $0.key < $1.key }.map { path, text in
            DescriptionFile(
                path: path, folders: path.split(separator: "/").dropLast().map(String.init), bytes: Array(text.utf8))
        }
        return AWSImport.read(files, name: name)
    }
}

extension ImportedLab {
    var rendered: String { problems.map(\.rendered).joined(separator: "\n") }

    /// Whether one line says all these words.
    func says(_ words: String...) -> Bool {
        problems.contains { problem in words.allSatisfy { problem.rendered.contains($0) } }
    }
}
