import CloudModel
import Glibc
import IPAddressing
import LabPlan
import LabRunner
import LinuxSystem
import Probes

/// What the sshd of a node writes about passwords that one sender tries.
///
/// Its words (`LogLevel VERBOSE`, OpenSSH 9): `Connection from 198.51.100.66 port 40000 on …`, then `Failed password for
/// invalid user admin from 198.51.100.66 port 40000 ssh2`, at last `Connection closed by …` or `Disconnected from …`.
struct PasswordLog {
    private let file: String
    private let source: String
    /// What had been written before.
    private let start: Int

    init(at end: Endpoint?, from sender: String, _ places: Places) throws {
        let node = try places.sender(sender)
        guard let end, let target = Optional(try places.resolve(end.host, from: node)),
            let server = places.node(at: target, from: sender),
            places.lab.node(server)?.plan.sockets.contains(where: { $0.kind == .ssh }) == true
        else { throw Places.Unknown(description: "no sshd listens at \(end.map(\.description) ?? "nowhere")") }
        file = places.lab.state.log(ofProgram: "sshd-\(server)")
        source = places.visibleAddress(of: sender, at: target)?.description ?? ""
        start = try Files.read(file, limit: Self.limit).utf8.count
    }

    private static let limit = 64 << 20

    /// How many were tried since, and wrong. sshd tells the client before it writes, so the last connection's end is
    /// waited for: a second at most, as a connection that is still open has nothing to say.
    func attempts() throws -> Int {
        let deadline = ContinuousClock.now + .seconds(1)
        while true {
            let lines = try linesSince()
            let opened = lines.count { $0.hasPrefix("Connection from \(source) ") }
            let closed = lines.count { line in
                line.contains(" \(source) port ")
                    && ["Connection closed by ", "Connection reset by ", "Disconnected from "].contains {
                        line.hasPrefix($0)
                    }
            }
            if closed >= opened || ContinuousClock.now > deadline {
                return lines.count { $0.hasPrefix("Failed password ") && $0.contains(" from \(source) port ") }
            }
            // A file has no event that tells of more lines in it but inotify, which is not worth a descriptor here.
            usleep(5_000)
        }
    }

    private func linesSince() throws -> [Substring] {
        let text = try Files.read(file, limit: Self.limit)
        return String(decoding: Array(text.utf8).dropFirst(start), as: UTF8.self)
            .split(whereSeparator: \.isNewline)
    }
}
