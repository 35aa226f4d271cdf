import Glibc
import LinuxSystem

/// A program inside a node that we talk to: what we say is its standard input, what it writes is what we hear.
///
/// One thread uses it. The program ends with it.
public final class NodeDialogue {
    /// What came of listening.
    public enum Heard: Hashable, Sendable {
        /// What it said, as soon as that was what one waited for.
        case words(String)
        /// It closed its end; the last it said.
        case ended(String)
        /// Nothing of the kind within the time; what it said instead.
        case nothing(String)

        public var text: String {
            switch self {
            case .words(let text), .ended(let text), .nothing(let text): text
            }
        }
    }

    private let process: ChildProcess
    private let line: SharedDescriptor

    /// Starts it with the same surroundings as `netlab exec LAB NODE -- COMMAND…`.
    public init(_ command: [String], in lab: RunningLab, node: String, environment: [String]? = nil) throws {
        let pair = try SocketPair()
        let end = pair.theirs.raw
        process = try NodeCommand.spawn(
            command, in: lab, node: node, standard: (end, end, end), environment: environment)
        line = pair.ours
    }

    deinit { process.kill() }

    /// - Throws: When it is not there any more.
    public func say(_ text: String) throws { try line.descriptor.send(Array(text.utf8)) }

    /// Listens until what was said since the last call is what one waits for, at most so long.
    public func hear(within limit: Duration, until isEnough: (String) -> Bool) throws -> Heard {
        var bytes: [UInt8] = []
        let deadline = ContinuousClock.now + limit
        while true {
            let text = String(decoding: bytes, as: UTF8.self)
            if isEnough(text) { return .words(text) }
            let left = deadline - ContinuousClock.now
            guard left > .zero else { return .nothing(text) }
            var waiting = pollfd(fd: line.raw, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, Int32(clamping: Int(left / .milliseconds(1)) + 1)) > 0 else { continue }
            guard let chunk = try? line.descriptor.readSome(), !chunk.isEmpty else { return .ended(text) }
            bytes += chunk
        }
    }
}
