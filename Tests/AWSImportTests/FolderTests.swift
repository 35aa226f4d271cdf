import Foundation
import LinuxSystem
import Testing

@Suite("Reading a folder that anybody may have filled")
struct FolderTests {
    private let limits = FolderReader.Limits(files: 20, depth: 2, fileBytes: 100, bytes: 150)

    /// A folder of its own, gone afterwards.
    private func with(_ body: (String) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "netlab-\(UUID().uuidString)"
        try Files.makeFolder(path)
        defer { try? Files.removeTree(path) }
        try body(path)
    }

    @Test("files below it, in the order of their paths, with the folders they lie in")
    func files() throws {
        try with { path in
            for folder in ["/b", "/a", "/a/c"] { try Files.makeFolder(path + folder) }
            for file in ["/b/1.json", "/a/2.json", "/a/c/3.json", "/z.json", "/not.txt"] {
                try Files.write(file, to: path + file)
            }
            let read = try FolderReader.read(path, suffix: ".json", limits: limits)
            #expect(read.files.map(\.path) == ["a/2.json", "a/c/3.json", "b/1.json", "z.json"])
            #expect(read.files.map(\.folders) == [["a"], ["a", "c"], ["b"], []])
            #expect(read.refused.isEmpty)
        }
    }

    @Test("symlinks, pipes, depth and size are refused by name")
    func refused() throws {
        try with { path in
            #expect(symlink("/etc/passwd", path + "/link.json") == 0)
            #expect(symlink("/etc", path + "/folder") == 0)
            #expect(mkfifo(path + "/pipe.json", 0o600) == 0)
            try Files.write(String(repeating: "x", count: 101), to: path + "/large.json")
            for folder in ["/1", "/1/2", "/1/2/3"] { try Files.makeFolder(path + folder) }
            let read = try FolderReader.read(path, suffix: ".json", limits: limits)
            #expect(read.files.isEmpty)
            let reasons = Dictionary(read.refused.map { ($0.path, $0.reason) }, uniquingKeysWith: { first, _ in first })
            #expect(reasons["link.json"] == "it is a symlink" && reasons["folder"] == "it is a symlink")
            #expect(reasons["pipe.json"] == "it is no regular file")
            #expect(reasons["large.json"]?.contains("101 bytes") == true)
            #expect(reasons["1/2/3"] == "more than 2 folders deep")
        }
    }

    @Test("the sum of all files is bounded")
    func sum() throws {
        try with { path in
            for name in ["a", "b"] { try Files.write(String(repeating: "x", count: 90), to: "\(path)/\(name).json") }
            let read = try FolderReader.read(path, suffix: ".json", limits: limits)
            #expect(read.files.map(\.path) == ["a.json"])
            #expect(read.refused.map(\.path) == ["b.json"])
        }
    }
}
