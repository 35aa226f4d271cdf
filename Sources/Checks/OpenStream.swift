import CloudModel
import IPAddressing
import LabRunner
import Probes

/// The connection of a `stream` probe: opened and used before an outage, and used again in it.
struct OpenStream: Sendable {
    private static let requests = 3
    let target: SocketAddress
    private let stream: HTTPStream
    /// What the server saw of it before.
    private let before: HTTPProbe.Reply

    /// Connects, and asks once.
    ///
    /// - Throws: `Places.Unknown` if that is not answered: then nothing can be told about what an outage does to it.
    init(_ trial: Trial, _ places: Places) throws {
        guard let to = trial.probe.endpoint else { throw Places.Unknown(description: "a stream needs a target") }
        let node = try places.sender(trial.sender)
        target = SocketAddress(address: try places.resolve(to.host, from: node), port: trial.probe.port ?? 80)
        stream = try HTTPStream(from: node.namespace, to: target, host: to.host)
        guard let reply = stream.opening.reply else {
            let reason = stream.opening.noReply.map { ": \($0)" } ?? ""
            throw Places.Unknown(description: "the connection to \(target) could not be opened\(reason)")
        }
        before = reply
    }

    /// Asks again on the same connection. It succeeds if every request is answered and the server sees the very same
    /// source address and port as before.
    ///
    /// It is over then: what was lost on the way is not sent again.
    func observe(within patience: Duration) throws -> Observation {
        defer { stream.close() }
        var observation = Observation()
        observation.locals = [stream.local]
        observation.target = target
        observation.protocolNumber = ProtocolNumber.tcp
        var bytes = 0
        for number in 1...Self.requests {
            let outcome = try stream.ask(within: patience)
            guard let reply = outcome.reply else {
                observation.isSilent = outcome.isSilent
                observation.saw =
                    "the connection was open, and request \(number) on it got: \(outcome.noReply?.description ?? "")"
                return observation
            }
            bytes += reply.response.body.count
            observation.status = reply.status
            observation.server = reply.response["x-netlab-node"]
            observation.seenFrom += reply.seenFrom.map { [$0.source] } ?? []
        }
        let source = before.seenFrom?.source
        let isSame = source != nil && observation.seenFrom.allSatisfy { $0 == source }
        observation.succeeded = isSame
        observation.saw =
            "\(Self.requests) more requests on the open connection: \(bytes) bytes of answers, "
            + (isSame ? "the server sees the same flow as before" : "the server sees another source than before")
        return observation
    }
}
