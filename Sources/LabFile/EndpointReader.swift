import CloudModel

/// `host` or `host:port`.
enum EndpointReader {
    enum Port {
        case none, required
        case usually(UInt16)
    }

    static func read(_ field: Field, port: Port) -> Endpoint? {
        field.text("app:8080").flatMap { read($0, at: field, port: port) }
    }

    static func read(_ text: String, at field: Field, port: Port) -> Endpoint? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let shown = ObjectName.shown(text)
        guard let host = parts.first, !host.isEmpty, parts.count <= 2 else {
            field.error("`\(shown)` is not a host", hint: "for example app:8080")
            return nil
        }
        guard parts.count == 2 else {
            switch port {
            case .none: return Endpoint(host: host)
            case .usually(let usual): return Endpoint(host: host, port: usual)
            case .required:
                field.error("`\(field.name)` needs a port after `\(shown)`", hint: "for example \(shown):8080")
                return nil
            }
        }
        if case .none = port {
            field.error("`\(field.name)` has no port, and `\(shown)` gives one", hint: "write \(host)")
            return nil
        }
        guard let number = strictInteger(parts[1]), let value = UInt16(exactly: number), value > 0 else {
            field.error("`\(ObjectName.shown(parts[1]))` is not a port", hint: "a port is from 1 to 65535")
            return nil
        }
        return Endpoint(host: host, port: value)
    }
}
