import CloudModel

/// The `expect` of a check or of a control.
enum ExpectationReader {
    static let keys = [
        "succeeds", "seen-from", "open", "silent", "stopped-by", "never-reaches", "hops", "status", "value",
        "only-private",
    ]

    static func read(_ field: Field) -> Expectation {
        let hint = "for example `expect: { succeeds: true, seen-from: nat-a }`"
        guard let table = field.table(of: "`expect`", keys: keys, hint: hint) else {
            // Reported already; a value keeps validation from saying it again.
            return Expectation(succeeds: true)
        }
        return Expectation(
            succeeds: table["succeeds"]?.boolean(),
            seenFrom: table["seen-from"]?.text("nat-a"),
            open: table["open"].map(open),
            silent: table["silent"]?.boolean(),
            stoppedBy: table["stopped-by"]?.text("sg app ingress"),
            neverReaches: table["never-reaches"].map(names) ?? [],
            hops: table["hops"].map(names),
            status: table["status"]?.integer(100...599),
            value: table["value"]?.text("10.0.1.10"),
            onlyPrivate: table["only-private"]?.boolean())
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
