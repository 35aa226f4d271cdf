import CloudModel
import Glibc
import IPAddressing
import LabPlan
import LabRunner
import LinuxSystem
import Probes

/// One sender, one probe, one expectation: the smallest thing that is tried.
struct Trial: Hashable, Comparable, Sendable {
    let sender: String
    let probe: Probe
    /// What has failed while it is tried.
    var outage: [Outage] = []
    let expect: Expectation

    /// Scans that do not say which rule stops them may move any counter: they have a phase of their own, so that the
    /// counters of the others are theirs alone.
    var isSweep: Bool {
        switch probe {
        case .scan: expect.stoppedBy == nil
        case .matrix: true
        default: false
        }
    }

    /// What it measures would suffer from, or count, anything else that runs.
    var wantsQuiet: Bool {
        if case .bandwidth = probe { true } else { expect.natBytes != nil }
    }

    var isScan: Bool {
        if case .scan = probe { true } else { false }
    }

    /// The last of what it sends is answered by a reset.
    var endsInReset: Bool { expect.reset == true }

    var isStream: Bool {
        if case .stream = probe { true } else { false }
    }

    /// Any fixed order will do.
    static func < (left: Trial, right: Trial) -> Bool {
        (left.sender, left.probe.text, left.hashable) < (right.sender, right.probe.text, right.hashable)
    }

    private var hashable: String { "\(expect)" }

    /// How long to wait: an answer that is wanted gets ample time, one that must not come gets many round trips' worth
    /// (a round trip takes less than a millisecond here).
    var patience: Duration { expect.succeeds == false ? .milliseconds(400) : .seconds(3) }

    /// Programs take their time to start and retry by their own lights: half a minute for what must answer.
    var programPatience: Duration { expect.succeeds == false && expect.reset != true ? .seconds(3) : .seconds(30) }

    /// Sends the probe and says what the sender saw.
    ///
    /// - Parameter stream: The connection that was opened before, of a probe that wants one.
    func observe(_ places: Places, stream: OpenStream? = nil) throws -> Observation {
        let node = try places.sender(sender)
        switch probe {
        case .http(let to, let path): return try http(node, to, path, places)
        case .stream: return try (stream ?? OpenStream(self, places)).observe(within: patience)
        case .tcp(let to):
            let target = SocketAddress(address: try places.resolve(to.host, from: node), port: probe.port ?? 80)
            let outcome = try TCPConnectProbe(from: node.namespace, to: target, timeout: patience).run()
            var observation = Observation(outcome, to: target, protocolNumber: ProtocolNumber.tcp)
            if outcome.succeeded { observation.saw = "connected to \(target)" }
            return observation
        case .udp(let to):
            let target = SocketAddress(address: try places.resolve(to.host, from: node), port: probe.port ?? 7)
            let outcome = try UDPProbe(from: node.namespace, to: target, timeout: patience).run()
            var observation = Observation(outcome, to: target, protocolNumber: ProtocolNumber.udp)
            if let reply = outcome.reply {
                observation.saw = "echo of \(reply.bytes.count) bytes from \(target)"
                observation.seenFrom = reply.seenFrom.map { [$0.source] } ?? []
            }
            return observation
        case .ping(let to): return try ping(node, to, places)
        case .dns(let name, let server): return try dns(node, name, server, places)
        case .aptFetch(let from, let package, let times): return try apt(node, from, package, times, places)
        case .scan(let targets): return try scan(node, targets, places)
        case .traceroute(let to): return try traceroute(node, to, places)
        case .run(let command, let towards): return try run(node, command, towards, places)
        case .addresses: return try addresses(node)
        case .bind(let port): return try bind(node, port)
        case .metadata(let item): return try metadata(node, item)
        case .tls(let to): return try tls(node, to, places)
        case .imagePull(let from, let image): return try imagePull(node, from, image, places)
        case .logPush(let to, let silence): return try logPush(node, to, .seconds(silence), places)
        case .matrix(let names): return try matrix(node, names, places)
        case .bandwidth(let to, let other): return try bandwidth(node, to, against: other, places)
        }
    }

    private func http(_ node: MadeNode, _ to: Endpoint, _ path: String, _ places: Places) throws -> Observation {
        let target = SocketAddress(address: try places.resolve(to.host, from: node), port: probe.port ?? 80)
        let outcome = try HTTPProbe(
            from: node.namespace, to: target, host: to.host, path: path, timeout: patience
        ).run()
        var observation = Observation(outcome, to: target, protocolNumber: ProtocolNumber.tcp)
        if let reply = outcome.reply {
            observation.saw = "HTTP \(reply.status) from \(target)"
            observation.status = reply.status
            observation.text = reply.response.text
            observation.server = reply.response["x-netlab-node"]
            observation.values = [reply.response.text.trimmed]
            observation.seenFrom = reply.seenFrom.map { [$0.source] } ?? []
        }
        return observation
    }

    /// Programs retry by their own lights: half a minute for what must work, five seconds for what must not.
    private func run(
        _ node: MadeNode, _ command: [String], _ towards: Endpoint?, _ places: Places
    ) throws -> Observation {
        let log = try expect.attempts.map { _ in try PasswordLog(at: towards, from: sender, places) }
        let end = try NodeCommand.run(
            command, in: places.lab, node: sender, within: expect.succeeds == false ? .seconds(5) : .seconds(30))
        var observation = Observation()
        observation.protocolNumber = ProtocolNumber.tcp
        observation.target = try towards.map {
            SocketAddress(address: try places.resolve($0.host, from: node), port: $0.port ?? 0)
        }
        observation.succeeded = end.status == 0 && !end.isTimedOut
        observation.status = Int(end.status)
        observation.text = end.output
        observation.attempts = try log?.attempts()
        let last = end.output.split(separator: "\n").last.map { ": \($0.prefix(100))" } ?? ""
        observation.saw =
            end.isTimedOut
            ? "\(command[0]) had not ended in time\(last)" : "\(command[0]) ended with status \(end.status)\(last)"
        return observation
    }

    private func ping(_ node: MadeNode, _ to: Endpoint, _ places: Places) throws -> Observation {
        let address = try places.resolve(to.host, from: node)
        let outcome = try PingProbe(from: node.namespace, to: address, timeout: patience).run()
        var observation = Observation(
            outcome, to: SocketAddress(address: address, port: 0), protocolNumber: ProtocolNumber.icmp)
        if let reply = outcome.reply { observation.saw = "echo reply from \(reply.from), ttl \(reply.timeToLive)" }
        return observation
    }

    private func dns(_ node: MadeNode, _ name: String, _ server: Endpoint?, _ places: Places) throws -> Observation {
        let target: SocketAddress
        if let server {
            target = SocketAddress(address: try places.resolve(server.host, from: node), port: probe.port ?? 53)
        } else if let own = places.resolvers(of: node).first {
            target = own
        } else {
            throw Places.Unknown(description: "\(sender) has no DNS server")
        }
        let tries = expect.succeeds == false ? 1 : 3
        let outcome = try DNSProbe(
            from: node.namespace, name: name, server: target, timeout: patience / tries, tries: tries
        ).run()
        var observation = Observation(outcome, to: target, protocolNumber: ProtocolNumber.udp)
        if let reply = outcome.reply {
            observation.succeeded = reply.rcode == 0 && !reply.addresses.isEmpty
            observation.values = reply.addresses.map(\.description)
            observation.saw = "\(reply.rcodeName) \(observation.values.joined(separator: " ")) from \(target)"
        }
        return observation
    }

    private func apt(
        _ node: MadeNode, _ from: Endpoint, _ package: String, _ times: Int, _ places: Places
    ) throws -> Observation {
        var observation = Observation()
        observation.protocolNumber = ProtocolNumber.tcp
        observation.target = SocketAddress(
            address: try places.resolve(from.host, from: node), port: probe.port ?? 80)
        for _ in 0..<max(1, times) {
            let outcome = try AptFetchProbe(
                from: node.namespace, resolvers: places.resolvers(of: node), host: from.host, port: from.port ?? 80,
                package: package, timeout: patience
            ).run()
            observation.locals += outcome.locals
            observation.seenFrom += outcome.requests.compactMap { $0.seenFrom?.source }
            switch outcome.result {
            case .success(let file):
                observation.succeeded = true
                observation.saw =
                    "\(package) \(file.version), \(file.bytes) bytes, sha256 \(file.sha256.prefix(12))…, "
                    + "\(outcome.requests.count) requests" + (times > 1 ? ", \(times) times" : "")
            case .failure(let failure):
                observation.succeeded = false
                observation.isSilent = failure.noReply == .timedOut
                observation.saw = failure.description
                return observation
            }
        }
        return observation
    }

    private func scan(_ node: MadeNode, _ targets: [ScanTarget], _ places: Places) throws -> Observation {
        let parts = try targets.map { target in
            PortScan.Target(
                addresses: try places.addresses(target.hosts, from: node), tcp: target.tcp, udp: target.udp,
                ping: target.ping)
        }
        // Ample, for a machine that does much else besides: a scan that is cut short proves nothing.
        let outcome = try PortScan(
            from: node.namespace, targets: parts, threads: 2, deadline: .seconds(120)
        ).run()
        guard outcome.isComplete else {
            let reason = outcome.sendError.map { SystemErrorText.of($0) } ?? "its deadline passed"
            throw Places.Unknown(description: "the scan could not ask every port: \(reason)")
        }
        var observation = Observation()
        let udp = outcome.udp.all(.open)
        observation.open = outcome.open + udp
        observation.isSilent = outcome.isSilent
        observation.unanswered = outcome.sent - outcome.received.total
        observation.refusals = outcome.received.resets + outcome.received.icmpErrors
        observation.succeeded = !outcome.open.isEmpty || !udp.isEmpty
        let counts = outcome.received
        observation.saw =
            "\(outcome.tcp.count) TCP and \(outcome.udp.count) UDP ports, \(outcome.sent) packets: "
            + "\(outcome.open.count + udp.count) open; came back: \(counts.synAcks) SYN-ACK, \(counts.resets) RST, "
            + "\(counts.icmpErrors) ICMP errors, \(counts.echoReplies) echo replies, \(counts.datagrams) datagrams"
        return observation
    }

    private func traceroute(_ node: MadeNode, _ to: Endpoint, _ places: Places) throws -> Observation {
        let address = try places.resolve(to.host, from: node)
        let outcome = try TracerouteProbe(from: node.namespace, to: address).run()
        var observation = Observation(
            outcome, to: SocketAddress(address: address, port: 0), protocolNumber: ProtocolNumber.icmp)
        observation.hops = outcome.reply?.hops ?? []
        observation.succeeded = outcome.reply?.reachesDestination ?? false
        if let path = outcome.reply {
            observation.saw = path.hops.map { $0.map(places.named) ?? "*" }.joined(separator: " → ")
        }
        return observation
    }

    private func addresses(_ node: MadeNode) throws -> Observation {
        let found = try HostFacts.addresses(in: node.namespace).filter { $0.interface != "lo" }
        var observation = Observation()
        observation.addresses = found.map(\.address)
        observation.succeeded = !found.isEmpty
        observation.saw = found.map(\.description).joined(separator: ", ")
        return observation
    }

    private func bind(_ node: MadeNode, _ port: UInt16) throws -> Observation {
        let refusal = try BindProbe(in: node.namespace, port: port).run()
        var observation = Observation()
        observation.succeeded = refusal == nil
        observation.text = refusal.map { String(cString: strerror($0.errno)) } ?? ""
        observation.saw = "port \(port) of \(node.plan.name): \(refusal == nil ? "taken" : observation.text)"
        return observation
    }

    private func metadata(_ node: MadeNode, _ item: String) throws -> Observation {
        let outcome = try MetadataProbe(from: node.namespace, item: item, timeout: patience).run()
        var observation = Observation(
            outcome, to: MetadataProbe.serviceAddress, protocolNumber: ProtocolNumber.tcp)
        if let reply = outcome.reply {
            observation.succeeded = reply.status == 200
            observation.status = reply.status
            observation.values = reply.status == 200 ? [reply.text.trimmed] : []
            observation.saw = "\(item): \(reply.status)\(reply.status == 200 ? " \(reply.text.trimmed)" : "")"
        }
        return observation
    }
}

/// IP protocol numbers.
enum ProtocolNumber {
    static let icmp: UInt8 = 1
    static let tcp: UInt8 = 6
    static let udp: UInt8 = 17
}

extension String {
    /// Without white space at either end.
    var trimmed: String {
        var text = Substring(self)
        while text.last?.isWhitespace == true { text.removeLast() }
        while text.first?.isWhitespace == true { text.removeFirst() }
        return String(text)
    }
}
