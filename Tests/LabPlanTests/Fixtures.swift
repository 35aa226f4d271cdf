import CloudModel
import Foundation
import LabFile
import LabPlan
import Testing

/// The files beside the tests.
enum Fixtures {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The labs that ship with netlab, by name.
    static let labs: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: "labs").path)) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    }()

    /// The labs of one noun each: lists, peerings, transit gateways, endpoints, interfaces.
    static let nounLabs = ["endpoints", "interfaces", "network-acl", "peering", "transit-gateway"]

    /// Set to rewrite what the tests expect; read the difference before you commit it.
    static let isRecording = ProcessInfo.processInfo.environment["NETLAB_RECORD"] == "1"

    /// The stored text, or in a recording run the new text, stored.
    static func golden(_ path: String, for actual: String) throws -> String {
        let file = root.appending(path: "Tests/Fixtures/Plans/\(path)")
        if isRecording { try actual.write(to: file, atomically: true, encoding: .utf8) }
        return try String(contentsOf: file, encoding: .utf8)
    }

    static func lab(_ name: String) throws -> Lab {
        let folder = nounLabs.contains(name) ? "Tests/Fixtures/GoodLabs" : "labs"
        let text = try String(contentsOf: root.appending(path: "\(folder)/\(name).yaml"), encoding: .utf8)
        return try read(text)
    }

    /// A lab from text; warnings are fine.
    static func read(_ text: String) throws -> Lab {
        let reading = LabFile.read(text, file: "test.yaml")
        return try #require(reading.lab, "\(reading.problems.map(\.rendered).joined(separator: "\n"))")
    }
}

/// The first line in which two texts differ, for a failure one can read.
func difference(_ actual: String, _ expected: String) -> String? {
    let left = actual.split(separator: "\n", omittingEmptySubsequences: false)
    let right = expected.split(separator: "\n", omittingEmptySubsequences: false)
    for index in 0..<max(left.count, right.count) {
        let (now, was) = (index < left.count ? left[index] : "(end)", index < right.count ? right[index] : "(end)")
        if now != was { return "line \(index + 1)\n  is:  \(now)\n  was: \(was)" }
    }
    return nil
}
