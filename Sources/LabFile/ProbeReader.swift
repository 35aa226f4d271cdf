import CloudModel

/// The probe of a check: exactly one of a few keys.
enum ProbeReader {
    static let keys = [
        "http", "stream", "tcp", "udp", "ping", "dns", "apt-fetch", "scan", "traceroute", "addresses", "metadata",
        "bind", "run",
    ]
    static let httpKeys = ["to", "path"]
    static let dnsKeys = ["ask", "server"]
    static let aptKeys = ["from", "package", "times"]

    /// The probe, or `nil` if there is none or after a report.
    static func read(_ table: Table) -> Probe? {
        let found = table.present.filter(keys.contains)
        guard let key = found.first, let field = table[key] else { return nil }
        if found.count > 1 {
            table.source.error(
                table.origin(of: found[1]),
                "a check sends one probe, and this one has \(found.joined(separator: ", "))",
                hint: "make a check of each")
        }
        return read(field, as: key)
    }

    private static func read(_ field: Field, as key: String) -> Probe? {
        switch key {
        case "http": http(field)
        case "stream": EndpointReader.read(field, port: .usually(80)).map(Probe.stream)
        case "tcp": EndpointReader.read(field, port: .required).map(Probe.tcp)
        case "udp": EndpointReader.read(field, port: .required).map(Probe.udp)
        case "ping": EndpointReader.read(field, port: .none).map(Probe.ping)
        case "traceroute": EndpointReader.read(field, port: .none).map(Probe.traceroute)
        case "dns": dns(field)
        case "apt-fetch": aptFetch(field)
        case "scan": ScanReader.read(field)
        case "metadata": field.text("public-ipv4").map(Probe.metadata)
        case "bind": field.port().map(Probe.bind)
        case "run": run(field)
        default: addresses(field)
        }
    }

    /// `host[:port][/path]`, or `{ to, path }`.
    private static func http(_ field: Field) -> Probe? {
        guard field.isMapping else {
            guard let text = field.text("echo.example/") else { return nil }
            let slash = text.firstIndex(of: "/") ?? text.endIndex
            let path = slash == text.endIndex ? "/" : String(text[slash...])
            if text.contains("://") {
                field.error(
                    "`\(ObjectName.shown(text))` is a URL",
                    hint: "write host, port and path alone, for example echo.example:80/")
                return nil
            }
            guard let to = EndpointReader.read(String(text[..<slash]), at: field, port: .usually(80)) else {
                return nil
            }
            return .http(to: to, path: path)
        }
        guard let table = field.table(of: "an http probe", keys: httpKeys, hint: "{ to: app:8080, path: / }") else {
            return nil
        }
        let path = table["path"]?.text("/") ?? "/"
        if !path.hasPrefix("/") { table["path"]?.error("a path begins with `/`", hint: "write /\(path)") }
        guard let to = table.need("to", example: "app:8080") else { return nil }
        return EndpointReader.read(to, port: .usually(80)).map { .http(to: $0, path: path) }
    }

    private static func dns(_ field: Field) -> Probe? {
        guard field.isMapping else { return field.text("archive.ubuntu.com").map { .dns(name: $0, server: nil) } }
        let hint = "for example { ask: archive.ubuntu.com, server: resolver }"
        guard let table = field.table(of: "a dns probe", keys: dnsKeys, hint: hint) else { return nil }
        let server = table["server"].flatMap { EndpointReader.read($0, port: .usually(53)) }
        guard let name = table.need("ask", example: "archive.ubuntu.com")?.text("archive.ubuntu.com") else {
            return nil
        }
        return .dns(name: name, server: server)
    }

    private static func aptFetch(_ field: Field) -> Probe? {
        let hint = "for example { from: archive.ubuntu.com, package: hello }"
        guard let table = field.table(of: "an apt-fetch probe", keys: aptKeys, hint: hint) else { return nil }
        let times = table["times"].map { $0.integer(1...1_000) } ?? 1
        let package = table.need("package", example: "hello")?.text("hello")
        let from = table.need("from", example: "archive.ubuntu.com")
            .flatMap { EndpointReader.read($0, port: .usually(80)) }
        guard let times, let package, let from else { return nil }
        return .aptFetch(from: from, package: package, times: times)
    }

    /// A command as words or as a list, or `{ command, towards }`.
    private static func run(_ field: Field) -> Probe? {
        let hint = "for example { command: curl -fsS https://web.example/, towards: web.example:443 }"
        guard field.isMapping else { return command(field).map { .run(command: $0, towards: nil) } }
        guard let table = field.table(of: "a run probe", keys: ["command", "towards"], hint: hint) else { return nil }
        let towards = table["towards"].flatMap { EndpointReader.read($0, port: .required) }
        guard let command = table.need("command", example: "curl -fsS https://web.example/").flatMap(Self.command)
        else { return nil }
        return .run(command: command, towards: towards)
    }

    /// Words are split at blanks, with no quoting: what needs more is written as a list.
    private static func command(_ field: Field) -> [String]? {
        let words =
            field.isList
            ? field.items().compactMap { $0.text("curl") }
            : (field.text("curl -fsS https://web.example/") ?? "").split(separator: " ").map(String.init)
        guard let program = words.first, !program.isEmpty else {
            field.error("the command is empty", hint: "for example `run: curl -fsS http://app/`")
            return nil
        }
        return words
    }

    private static func addresses(_ field: Field) -> Probe? {
        guard let wanted = field.boolean() else { return nil }
        if !wanted { field.error("`addresses: false` sends nothing", hint: "write `addresses: true`") }
        return .addresses
    }
}
