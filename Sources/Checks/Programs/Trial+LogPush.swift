import CloudModel
import IPAddressing
import LabPlan
import LabRunner
import Probes

extension Trial {
    /// A log agent's connection: one batch, silence, another batch, over TLS by the real client.
    func logPush(_ node: MadeNode, _ to: Endpoint, _ silence: Duration, _ places: Places) throws -> Observation {
        let target = SocketAddress(address: try places.resolve(to.host, from: node), port: probe.port ?? 443)
        var observation = Observation()
        observation.protocolNumber = ProtocolNumber.tcp
        observation.target = target
        // A port of its own, outside those that the kernel gives, tells this connection from all others of the node.
        guard let address = node.plan.address else { throw Places.Unknown(description: "\(sender) has no address") }
        let local = SocketAddress(address: address, port: UInt16.random(in: 10_000...30_000))
        observation.locals = [local]
        let agent = try NodeDialogue(
            Self.client(of: target, known: to.host, in: places.lab)
                + ["-bind", "\(local)", "-quiet", "-verify_return_error"],
            in: places.lab, node: sender, environment: NodeCommand.plainEnvironment)
        try agent.say(Self.batch(1, to: to.host))
        let first = try agent.hear(within: programPatience, until: Self.isAnswer)
        guard case .words(let answer) = first, let seen = Self.seenFrom(answer) else {
            observation.isSilent = first == .nothing("")
            observation.saw = "the first batch got no answer: \(Self.lastLine(first.text))"
            return observation
        }
        observation.seenFrom = [seen]
        // Whatever ends the silence is heard at once.
        let early = try agent.hear(within: silence) { !$0.isEmpty }
        guard case .nothing = early else {
            observation.saw = "the connection ended during the silence: \(Self.lastLine(early.text))"
            return observation
        }
        try? agent.say(Self.batch(2, to: to.host))
        let second = try agent.hear(within: programPatience, until: Self.isAnswer)
        if case .words = second { observation.succeeded = true }
        observation.isReset = second.text.contains("errno=104")
        let came =
            observation.succeeded
            ? "a second answer" : observation.isReset == true ? "a reset" : "nothing but \(Self.lastLine(second.text))"
        observation.saw = "an answer, \(silence.components.seconds) s of silence, then \(came)"
        return observation
    }

    /// A PutLogEvents request, as agents of CloudWatch Logs send it.
    private static func batch(_ number: Int, to host: String) -> String {
        let body =
            #"{"logGroupName":"app","logStreamName":"app","logEvents":[{"timestamp":\#(number),"message":"ok"}]}"#
        let head = [
            "POST / HTTP/1.1", "Host: \(host)", "Content-Type: application/x-amz-json-1.1",
            "X-Amz-Target: Logs_20140328.PutLogEvents", "Content-Length: \(body.utf8.count)", "Connection: keep-alive",
        ]
        return head.joined(separator: "\r\n") + "\r\n\r\n" + body
    }

    /// Head and body are there: the server's body is one line.
    private static func isAnswer(_ text: String) -> Bool {
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        return text.contains("HTTP/1.1 200") && parts.count == 2 && parts[1].hasSuffix("\n")
    }

    private static func seenFrom(_ answer: String) -> SocketAddress? {
        let name = "x-netlab-seen-from: "
        let line = answer.split(whereSeparator: \.isNewline).first { $0.lowercased().hasPrefix(name) }
        return line.flatMap { SeenFrom(header: String($0.dropFirst(name.count)))?.source }
    }

    private static func lastLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).last.map { String($0.prefix(100)) } ?? "silence"
    }
}
