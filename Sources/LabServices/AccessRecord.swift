import Glibc

/// One line of a lab's access log: somebody reached a server, and this is what the server saw.
public struct AccessRecord: Codable, Equatable, Sendable {
    /// UTC, ISO 8601 with milliseconds: `2026-11-21T19:30:10.042Z`.
    public var time: String
    /// The node that answered.
    public var node: String
    public var service: SocketKind
    /// The source as it arrived: `203.0.113.11:1025`.
    public var peer: String
    /// HTTP only, as are `path` and `status`.
    public var method: String?
    public var path: String?
    public var status: Int?
    /// The size of the answer's body.
    public var bytes: Int

    public init(
        time: String, node: String, service: SocketKind, peer: String, method: String? = nil, path: String? = nil,
        status: Int? = nil, bytes: Int
    ) {
        self.time = time
        self.node = node
        self.service = service
        self.peer = peer
        self.method = method
        self.path = path
        self.status = status
        self.bytes = bytes
    }

    /// One line of JSON with its newline, keys always in the same order.
    var line: String {
        // By hand: this runs before every answer, and an encoder costs more than the answer itself.
        var text = "{\"time\":\(jsonQuoted(time)),\"node\":\(jsonQuoted(node)),\"service\":\"\(service.rawValue)\""
        text += ",\"peer\":\(jsonQuoted(peer))"
        if let method { text += ",\"method\":\(jsonQuoted(method))" }
        if let path { text += ",\"path\":\(jsonQuoted(String(path.prefix(1024))))" }
        if let status { text += ",\"status\":\(status)" }
        return text + ",\"bytes\":\(bytes)}\n"
    }

    /// The wall clock now, as `time` wants it.
    static func now() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var parts = tm()
        gmtime_r(&now.tv_sec, &parts)
        let date = "\(parts.tm_year + 1900)-\(padded(parts.tm_mon + 1))-\(padded(parts.tm_mday))"
        let clock = "\(padded(parts.tm_hour)):\(padded(parts.tm_min)):\(padded(parts.tm_sec))"
        return "\(date)T\(clock).\(padded(Int32(now.tv_nsec / 1_000_000), width: 3))Z"
    }
}

/// Decimal, with zeros in front.
func padded(_ number: Int32, width: Int = 2) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}

/// A JSON string literal, quotes included.
func jsonQuoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case "\n": result += "\\n"
        case "\r": result += "\\r"
        case "\t": result += "\\t"
        default:
            if scalar.value < 0x20 || scalar.value == 0x7f {
                result += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
    }
    return result + "\""
}
