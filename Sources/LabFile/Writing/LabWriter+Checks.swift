import CloudModel

extension LabWriter {
    mutating func checks(_ checks: [Check]) {
        guard !checks.isEmpty else { return }
        add(0, "checks:")
        for check in checks {
            add(1, "- claim: \(YAMLText.quoted(check.claim))")
            if !check.source.isEmpty { add(2, "source: \(YAMLText.quoted(check.source))") }
            trial(2, check.says, check.from, check.probe, outage: check.outage, check.expect)
            guard let control = check.control else { continue }
            add(2, "control:")
            // What a control does not say it has from its check.
            let isNone = control.outage.isEmpty && !check.outage.isEmpty
            if isNone { add(3, "outage: none") }
            trial(3, control.says, control.from, control.probe, outage: control.outage, control.expect)
        }
    }

    private mutating func trial(
        _ depth: Int, _ says: String, _ from: [String], _ probe: Probe, outage: [Outage], _ expect: Expectation
    ) {
        add(depth, "says: \(YAMLText.quoted(says))")
        add(depth, "from: \(YAMLText.list(from.map(YAMLText.quoted)))")
        if !outage.isEmpty { add(depth, "outage: \(YAMLText.list(outage.map { YAMLText.quoted($0.description) }))") }
        add(depth, "\(probe.key): \(Self.text(probe))")
        add(depth, "expect: \(Self.text(expect))")
    }

    private static func text(_ probe: Probe) -> String {
        switch probe {
        case .http(let to, let path): YAMLText.mapping([("to", text(to)), ("path", YAMLText.quoted(path))])
        case .stream(let to), .tcp(let to), .udp(let to), .ping(let to), .traceroute(let to), .tls(let to): text(to)
        case .imagePull(let from, let image):
            YAMLText.mapping([("from", text(from)), ("image", YAMLText.quoted(image))])
        case .logPush(let to, let silence): YAMLText.mapping([("to", text(to)), ("silence", "\(silence)s")])
        case .matrix(let nodes): names(nodes) ?? "all"
        case .bandwidth(let to, let other):
            YAMLText.mapping([("to", text(to)), ("against", YAMLText.quoted(other))])
        case .dns(let name, let server):
            YAMLText.mapping([("ask", YAMLText.quoted(name)), ("server", server.map(text))])
        case .aptFetch(let from, let package, let times):
            YAMLText.mapping([
                ("from", text(from)), ("package", YAMLText.quoted(package)), ("times", "\(times)"),
            ])
        case .scan(let targets): YAMLText.list(targets.map(text))
        case .addresses: "true"
        case .metadata(let item): YAMLText.quoted(item)
        case .run(let command, let towards):
            YAMLText.mapping([
                ("command", YAMLText.list(command.map(YAMLText.quoted))), ("towards", towards.map(text)),
            ])
        }
    }

    private static func text(_ endpoint: Endpoint) -> String { YAMLText.quoted(endpoint.description) }

    private static func text(_ target: ScanTarget) -> String {
        YAMLText.mapping([
            ("hosts", names(target.hosts)), ("tcp", ports(target.tcp)), ("udp", ports(target.udp)),
            ("ping", target.ping ? "true" : nil),
        ])
    }

    private static func ports(_ ranges: [ClosedRange<UInt16>]) -> String? {
        ranges.isEmpty ? nil : YAMLText.list(ranges.map(text))
    }

    private static func text(_ expect: Expectation) -> String {
        YAMLText.mapping([
            ("succeeds", expect.succeeds?.description), ("seen-from", expect.seenFrom.map(YAMLText.quoted)),
            ("open", expect.open.map { $0.isEmpty ? "none" : YAMLText.list($0.map(text)) }),
            ("silent", expect.silent?.description), ("stopped-by", expect.stoppedBy.map(YAMLText.quoted)),
            ("never-reaches", names(expect.neverReaches)), ("hops", expect.hops.flatMap(names)),
            ("served-by", names(expect.servedBy)), ("prints", expect.prints.map(YAMLText.quoted)),
            ("status", expect.status?.description), ("value", expect.value.map(YAMLText.quoted)),
            ("only-private", expect.onlyPrivate?.description), ("flows", expect.flows.map { "\($0)" }),
            ("reset", expect.reset?.description), ("as-predicted", expect.asPredicted?.description),
            ("nat-bytes", expect.natBytes.map { "\($0)" }),
            ("attempts", expect.attempts?.description),
        ])
    }
}
