/// Reads one HTTP/1.x response from bytes as they come, trusting none of them. RFC 9112.
///
/// Bounded everywhere: lines, number of headers, interim responses, body.
struct HTTPResponseParser {
    /// Why the bytes are no acceptable response.
    struct Malformed: Error, Hashable { let reason: String }

    private enum State: Hashable {
        case statusLine, headers, fixed(Int), untilClose, chunkSize, chunk(Int), chunkEnd, trailers, complete
    }

    private var state = State.statusLine
    private var line: [UInt8] = []
    private var headBytes = 0
    private var interim = 0
    private let bodyLimit: Int
    private let bodyless: Bool
    private(set) var response = HTTPResponse(status: 0, headers: [], body: [])

    /// - Parameter bodyless: the request was a HEAD, so no body follows whatever the headers say.
    init(bodyLimit: Int, bodyless: Bool = false) {
        self.bodyLimit = bodyLimit
        self.bodyless = bodyless
    }

    var isComplete: Bool { state == .complete }

    /// Takes the next bytes; what follows a complete response is ignored.
    mutating func feed(_ bytes: ArraySlice<UInt8>) throws(Malformed) {
        var rest = bytes
        while !rest.isEmpty {
            switch state {
            case .complete: return
            case .untilClose: try take(rest.count, from: &rest)
            case .fixed(let left):
                let count = min(left, rest.count)
                try take(count, from: &rest)
                state = left == count ? .complete : .fixed(left - count)
            case .chunk(let left):
                let count = min(left, rest.count)
                try take(count, from: &rest)
                state = left == count ? .chunkEnd : .chunk(left - count)
            case .statusLine, .headers, .chunkSize, .chunkEnd, .trailers:
                guard let text = try nextLine(from: &rest) else { return }
                try take(line: text)
            }
        }
    }

    /// The peer closed: a body without a length ends here; anything else is cut short.
    mutating func close() -> Bool {
        if state == .untilClose { state = .complete }
        return isComplete
    }

    private mutating func take(_ count: Int, from rest: inout ArraySlice<UInt8>) throws(Malformed) {
        guard response.body.count + count <= bodyLimit else { throw Malformed(reason: "body over \(bodyLimit) bytes") }
        response.body += rest.prefix(count)
        rest = rest.dropFirst(count)
    }

    /// A line without its end, or `nil` when it is not all there yet.
    private mutating func nextLine(from rest: inout ArraySlice<UInt8>) throws(Malformed) -> String? {
        let end = rest.firstIndex(of: UInt8(ascii: "\n"))
        let part = end.map { rest[..<$0] } ?? rest
        headBytes += part.count + 1
        guard headBytes <= 65_536 + bodyLimit / 8, line.count + part.count <= 16_384 else {
            throw Malformed(reason: "too long a head")
        }
        line += part
        rest = end.map { rest[($0 + 1)...] } ?? []
        guard end != nil else { return nil }
        defer { line.removeAll(keepingCapacity: true) }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        guard line.allSatisfy({ $0 >= 32 && $0 != 127 || $0 == 9 }) else {
            throw Malformed(reason: "control byte in a line")
        }
        return String(decoding: line, as: UTF8.self)
    }

    private mutating func take(line text: String) throws(Malformed) {
        switch state {
        case .statusLine:
            response.status = try Self.status(of: text)
            state = .headers
        case .headers where text.isEmpty: try beginBody()
        case .headers:
            guard response.headers.count < 200 else { throw Malformed(reason: "over 200 headers") }
            response.headers.append(try Self.header(in: text))
        case .chunkSize:
            let digits = text.prefix { $0 != ";" && $0 != " " && $0 != "\t" }
            guard 1...8 ~= digits.utf8.count, digits.allSatisfy(\.isHexDigit), let size = Int(digits, radix: 16) else {
                throw Malformed(reason: "chunk size")
            }
            state = size == 0 ? .trailers : .chunk(size)
        case .chunkEnd:
            guard text.isEmpty else { throw Malformed(reason: "chunk longer than its size") }
            state = .chunkSize
        case .trailers: if text.isEmpty { state = .complete }
        case .fixed, .chunk, .untilClose, .complete: preconditionFailure("no line is read in state \(state)")
        }
    }

    private mutating func beginBody() throws(Malformed) {
        let status = response.status
        if 100..<200 ~= status, status != 101 {
            interim += 1
            guard interim <= 8 else { throw Malformed(reason: "endless interim responses") }
            response = HTTPResponse(status: 0, headers: [], body: [])
            state = .statusLine
            return
        }
        let codings = response.headers.filter { $0.name == "transfer-encoding" }.map { $0.value.lowercased() }
        let lengths = Set(response.headers.filter { $0.name == "content-length" }.map(\.value))
        // Both at once, or two lengths, are how responses are smuggled: RFC 9112 §6.3.
        guard codings.isEmpty || lengths.isEmpty, codings.count <= 1, lengths.count <= 1 else {
            throw Malformed(reason: "contradictory body length")
        }
        if bodyless || status == 204 || status == 304 || status == 101 {
            state = .complete
        } else if let coding = codings.first {
            guard coding == "chunked" else { throw Malformed(reason: "transfer coding \(coding)") }
            state = .chunkSize
        } else if let length = lengths.first {
            guard 1...15 ~= length.utf8.count, length.utf8.allSatisfy({ 48...57 ~= $0 }), let count = Int(length) else {
                throw Malformed(reason: "content length")
            }
            guard count <= bodyLimit else { throw Malformed(reason: "body over \(bodyLimit) bytes") }
            state = count == 0 ? .complete : .fixed(count)
        } else {
            state = .untilClose
        }
    }

    private static func status(of line: String) throws(Malformed) -> Int {
        let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, parts[0] == "HTTP/1.1" || parts[0] == "HTTP/1.0", parts[1].utf8.count == 3,
            parts[1].utf8.allSatisfy({ 48...57 ~= $0 }), let status = Int(parts[1]), status >= 100
        else { throw Malformed(reason: "status line") }
        return status
    }

    private static func header(in line: String) throws(Malformed) -> HTTPResponse.Header {
        guard let colon = line.firstIndex(of: ":"), colon != line.startIndex else { throw Malformed(reason: "header") }
        let name = line[..<colon]
        // A space before the colon, or a folded line, is another way to smuggle: RFC 9112 §5.1.
        guard name.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else { throw Malformed(reason: "header name") }
        let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        var end = value.endIndex
        while end > value.startIndex, value[value.index(before: end)] == " " || value[value.index(before: end)] == "\t"
        {
            end = value.index(before: end)
        }
        return HTTPResponse.Header(name: name.lowercased(), value: String(value[..<end]))
    }
}
