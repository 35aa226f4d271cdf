import CNetlabShims
import Foundation
import LinuxSystem

/// A foreign program that said no, in its own words.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String
}

/// Runs a foreign program to its end and returns what it printed; throws if it failed.
///
/// netlab itself never does this; tests do, because `ip` and `nft` are not ours.
@discardableResult
func command(_ arguments: [String], input: String = "", environment: [String: String] = [:]) throws -> String {
    guard let program = Files.program(arguments[0]) else {
        throw CommandFailure(description: "\(arguments[0]): not installed")
    }
    let inputFile = try scratchFile()
    let output = try scratchFile()
    let complaints = try scratchFile()
    try inputFile.write(input.utf8)
    lseek(inputFile.raw, 0, SEEK_SET)
    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }.map { "\($0.key)=\($0.value)" }
    let child = try ChildProcess.spawn(
        [program] + arguments.dropFirst(), standard: (inputFile.raw, output.raw, complaints.raw),
        environment: variables)
    let status = try child.wait()
    lseek(output.raw, 0, SEEK_SET)
    lseek(complaints.raw, 0, SEEK_SET)
    let text = String(decoding: try output.readAll(), as: UTF8.self)
    guard status == 0 else {
        let complaint = String(decoding: try complaints.readAll(), as: UTF8.self)
        throw CommandFailure(description: "\(arguments.joined(separator: " ")) (\(status)): \(text)\(complaint)")
    }
    return text
}

@discardableResult
func command(_ arguments: String...) throws -> String { try command(arguments) }

/// A file without a name.
private func scratchFile() throws -> OwnedDescriptor {
    OwnedDescriptor(owning: try systemCall("memfd_create") { cnl_memfd("nlt") })
}

/// Waits until something is so, at most ten seconds; the caller asserts what came of it.
func waitUntil(_ condition: () throws -> Bool) rethrows -> Bool {
    let deadline = ContinuousClock.now + .seconds(10)
    while ContinuousClock.now < deadline {
        if try condition() { return true }
        usleep(5_000)
    }
    return try condition()
}
