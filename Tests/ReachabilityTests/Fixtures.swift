import CloudModel
import Foundation
import IPAddressing
import LabFile
import Reachability
import Testing

/// The files beside the tests.
enum Fixtures {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Set to rewrite what the tests expect; read the difference before you commit it.
    static let isRecording = ProcessInfo.processInfo.environment["NETLAB_RECORD"] == "1"

    static func golden(_ path: String, for actual: String) throws -> String {
        let file = root.appending(path: "Tests/Fixtures/Reachability/\(path)")
        if isRecording {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try actual.write(to: file, atomically: true, encoding: .utf8)
        }
        return try String(contentsOf: file, encoding: .utf8)
    }

    /// The labs that ship with netlab, by name.
    static let shipped: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: "labs").path)) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    }()

    static func lab(_ name: String) throws -> Lab {
        let text = try String(contentsOf: root.appending(path: "labs/\(name).yaml"), encoding: .utf8)
        let reading = LabFile.read(text, file: "labs/\(name).yaml")
        return try #require(reading.lab, "\(reading.problems.map(\.rendered).joined(separator: "\n"))")
    }
}

func ip(_ text: String) -> IPv4Address { IPv4Address(text) ?? IPv4Address(number: 0) }
func block(_ text: String) -> CIDRBlock { CIDRBlock(text) ?? .everywhere }

extension Lab {
    /// Changes one VPC.
    mutating func change(_ vpc: String, _ change: (inout VPC) -> Void) {
        for index in vpcs.indices where vpcs[index].name == vpc { change(&vpcs[index]) }
    }
}

extension VPC {
    mutating func changeTable(_ name: String, _ change: (inout RouteTable) -> Void) {
        for index in routeTables.indices where routeTables[index].name == name { change(&routeTables[index]) }
    }

    mutating func changeGroup(_ name: String, _ change: (inout SecurityGroup) -> Void) {
        for index in securityGroups.indices where securityGroups[index].name == name {
            change(&securityGroups[index])
        }
    }

    mutating func changeInstance(_ name: String, _ change: (inout Instance) -> Void) {
        for index in instances.indices where instances[index].name == name { change(&instances[index]) }
    }
}
