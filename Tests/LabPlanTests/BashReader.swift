import Foundation

/// Foreign eyes on a script: bash's own parser, and shellcheck where it is installed.
enum BashReader {
    static let shellcheck = "/usr/bin/shellcheck"
    static var hasShellcheck: Bool { FileManager.default.isExecutableFile(atPath: shellcheck) }

    /// What `bash -n` says, or `nil`.
    static func complaint(about script: String) throws -> String? {
        try run("/bin/bash", ["-n", "-s"], input: script)
    }

    /// What shellcheck says at its strictest, or `nil`.
    static func findings(in script: String) throws -> String? {
        try run(shellcheck, ["--severity=style", "-"], input: script)
    }

    private static func run(_ program: String, _ arguments: [String], input: String) throws -> String? {
        let file = FileManager.default.temporaryDirectory.appending(path: "nlt-\(UUID().uuidString)")
        try input.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.standardInput = try FileHandle(forReadingFrom: file)
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return process.terminationStatus == 0 && text.isEmpty ? nil : "exit \(process.terminationStatus): \(text)"
    }
}
