import Glibc
import LinuxSystem

/// A program that was started, with its output going to files without a name.
///
/// Files and not pipes: nobody has to read while it runs, and what it leaves behind cannot hold us up.
public struct RunningCommand: Sendable {
    /// Its process, which leads a session and a process group of its own.
    public let pid: Int32
    private let command: [String]
    private let process: ChildProcess
    private let output: SharedDescriptor
    private let error: SharedDescriptor

    /// Starts a program, found in `PATH` unless the first word is a path; its standard input is empty.
    ///
    /// - Parameter environment: What it has besides, or instead of, our own variables.
    public static func start(_ command: [String], environment: [String: String] = [:]) throws -> RunningCommand {
        guard let name = command.first else { throw ExecutionFailure("no command was given") }
        guard let path = name.contains("/") ? name : Files.program(name) else {
            throw ExecutionFailure("\(name) is not installed")
        }
        let input = try OwnedDescriptor(opening: "/dev/null", O_RDONLY)
        let (output, error) = (try namelessFile(), try namelessFile())
        let process = try ChildProcess.spawn(
            [path] + command.dropFirst(), standard: (input.raw, output.raw, error.raw), newSession: true,
            environment: environment.isEmpty ? nil : merged(environment))
        return RunningCommand(pid: process.pid, command: command, process: process, output: output, error: error)
    }

    /// Waits for its end; when that does not come in time, kills it with all of its process group and throws.
    public func wait(within limit: Duration) throws -> Execution {
        guard let status = try process.wait(within: limit) else {
            kill(-pid, SIGKILL)
            let status = try process.wait()
            let end = Execution(command: command, status: status, stdout: try text(output), stderr: try text(error))
            throw ExecutionFailure("not done within \(limit): \(end)")
        }
        return Execution(command: command, status: status, stdout: try text(output), stderr: try text(error))
    }

    /// Sends it a signal.
    public func signal(_ number: Int32) { kill(pid, number) }

    /// What it has printed so far.
    public func outputSoFar() throws -> String { try text(output) }

    private func text(_ file: SharedDescriptor) throws -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            // By position: the file offset is the program's own.
            let count = try systemCall("pread") { pread(file.raw, &chunk, chunk.count, off_t(bytes.count)) }
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk[..<count]
        }
    }

    private static func namelessFile() throws -> SharedDescriptor {
        let path = "/tmp/netlab-output-\(UInt64.random(in: 0...UInt64.max))"
        let file = try OwnedDescriptor(opening: path, O_RDWR | O_CREAT | O_EXCL | O_APPEND)
        unlink(path)
        return SharedDescriptor(file)
    }

    private static func merged(_ more: [String: String]) -> [String] {
        var lines: [String] = []
        var entry = environ
        while let line = entry.pointee {
            let text = String(cString: line)
            let name = text.prefix { $0 != "=" }
            if more[String(name)] == nil { lines.append(text) }
            entry += 1
        }
        return lines + more.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    }
}
