import CloudModel

/// The `expect` of a check or of a control.
enum ExpectationReader {
    static let keys = [
        "succeeds", "seen-from", "open", "silent", "stopped-by", "never-reaches", "hops", "served-by", "prints",
        "status", "value", "only-private", "flows", "reset", "as-predicted", "nat-bytes", "attempts",
    ]

    /// What could be read of it; if that is not all, the source knows.
    ///
    /// - Parameter origin: the check or control it belongs to.
    static func read(_ field: Field, of origin: Origin) -> Expectation {
        let before = field.source.problems.count
        defer { if field.source.problems.count > before { field.source.unreadExpectations.insert(origin) } }
        let hint = "for example `expect: { succeeds: true, seen-from: nat-a }`"
        guard let table = field.table(of: "`expect`", keys: keys, hint: hint) else { return Expectation() }
        return Expectation(
            succeeds: table["succeeds"]?.boolean(),
            seenFrom: table["seen-from"]?.text("nat-a"),
            open: table["open"].map(open),
            silent: table["silent"]?.boolean(),
            stoppedBy: table["stopped-by"]?.text("sg app ingress"),
            neverReaches: table["never-reaches"].map(names) ?? [],
            hops: table["hops"].map(names),
            servedBy: table["served-by"].map(names) ?? [],
            prints: table["prints"]?.text("Welcome"),
            status: table["status"]?.integer(0...599),
            value: table["value"]?.text("10.0.1.10"),
            onlyPrivate: table["only-private"]?.boolean(),
            flows: table["flows"]?.integer(1...55_000),
            reset: table["reset"]?.boolean(),
            asPredicted: table["as-predicted"]?.boolean(),
            natBytes: table["nat-bytes"]?.integer(1...1_000_000_000_000),
            attempts: table["attempts"]?.integer(0...100_000))
    }

    /// `none`, or exactly these `host:port`s.
    private static func open(_ field: Field) -> [Endpoint] {
        if field.bareText == "none" { return [] }
        if field.items().isEmpty {
            field.error("`open` lists nothing", hint: "write `open: none` if nothing may be open")
        }
        return field.items().compactMap { EndpointReader.read($0, port: .required) }
    }

    private static func names(_ field: Field) -> [String] {
        if field.items().isEmpty { field.wrongType("a list of nodes", hint: "for example `\(field.name): [app]`") }
        return field.items().compactMap { $0.text("app") }
    }
}
