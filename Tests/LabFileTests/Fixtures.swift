import CloudModel
import Foundation
import LabFile

/// The files beside the tests.
enum Fixtures {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let bad = root.appending(path: "Tests/Fixtures/BadLabs")

    /// The bad labs by name.
    static let badNames: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: bad.path)) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    }()

    static let shippedLabs = yaml("labs")
    static let goodLabs = yaml("Tests/Fixtures/GoodLabs")

    private static func yaml(_ folder: String) -> [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.sorted()
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// Set to rewrite what the tests expect; read the difference before you commit it.
    static let isRecording = ProcessInfo.processInfo.environment["NETLAB_RECORD"] == "1"

    /// The stored text, or in a recording run the new text, stored.
    static func golden(_ path: String, for actual: String) throws -> String {
        if isRecording { try actual.write(to: root.appending(path: path), atomically: true, encoding: .utf8) }
        return try text(path)
    }
}

extension Reading {
    /// All problems as the user reads them.
    var rendered: String { problems.map { $0.rendered + "\n" }.joined() }
}
