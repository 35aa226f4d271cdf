import CloudModel

/// The probe of a check: exactly one of a few keys.
enum ProbeReader {
    static let keys = [
        "http", "stream", "tcp", "udp", "ping", "dns", "apt-fetch", "scan", "traceroute", "addresses", "metadata",
        "run",
        "tls", "image-pull", "log-push", "matrix", "bandwidth",
    ]
    static let httpKeys = ["to", "path"]
    static let dnsKeys = ["ask", "server"]
    static let aptKeys = ["from", "package", "times"]
    static let imageKeys = ["from", "image"]
    static let logKeys = ["to", "silence"]
    static let bandwidthKeys = ["to", "against"]

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
        case "run": run(field)
        case "tls":
            field.text("web.example").flatMap { EndpointReader.read($0, at: field, port: .usually(443)) }
                .map(Probe.tls)
        case "image-pull": imagePull(field)
        case "log-push": logPush(field)
        case "matrix": matrix(field)
        case "bandwidth": bandwidth(field)
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

    private static func imagePull(_ field: Field) -> Probe? {
        let hint = "for example { from: registry.example, image: library/hello }"
        guard let table = field.table(of: "an image-pull probe", keys: imageKeys, hint: hint) else { return nil }
        let image = table.need("image", example: "library/hello")?.text("library/hello")
        let from = table.need("from", example: "registry.example")
            .flatMap { EndpointReader.read($0, port: .usually(443)) }
        guard let image, let from else { return nil }
        return .imagePull(from: from, image: image)
    }

    private static func logPush(_ field: Field) -> Probe? {
        let hint = "for example { to: logs.example, silence: 3s }"
        guard let table = field.table(of: "a log-push probe", keys: logKeys, hint: hint) else { return nil }
        let silence = table.need("silence", example: "3s")?.seconds(0...600)
        let to = table.need("to", example: "logs.example").flatMap { EndpointReader.read($0, port: .usually(443)) }
        guard let silence, let to else { return nil }
        return .logPush(to: to, silence: silence)
    }

    /// `all`, or names.
    private static func matrix(_ field: Field) -> Probe? {
        if field.bareText == "all" { return .matrix(of: []) }
        let names = field.items().compactMap { $0.text("db") }
        if names.isEmpty {
            field.wrongType("`all` or a list of nodes", hint: "for example `matrix: [db]`")
            return nil
        }
        return .matrix(of: names)
    }

    private static func bandwidth(_ field: Field) -> Probe? {
        let hint = "for example { to: meter, against: private-host }"
        guard let table = field.table(of: "a bandwidth probe", keys: bandwidthKeys, hint: hint) else { return nil }
        let other = table.need("against", example: "private-host")?.text("private-host")
        let to = table.need("to", example: "meter").flatMap { EndpointReader.read($0, port: .usually(5201)) }
        guard let other, let to else { return nil }
        return .bandwidth(to: to, against: other)
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
