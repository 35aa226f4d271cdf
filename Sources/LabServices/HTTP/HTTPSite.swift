import NIOCore
import NIOHTTP1

/// Answers HTTP requests; knows nothing of connections.
protocol HTTPSite: Sendable {
    /// The name in the access log.
    var kind: SocketKind { get }
    /// The longest request body it wants to see.
    var bodyLimit: Int { get }
    func answer(_ request: HTTPRequest) -> HTTPAnswer
}

/// A whole request, as a site sees it.
struct HTTPRequest {
    var method: HTTPMethod
    /// Path and query, as sent.
    var target: String
    var headers = HTTPHeaders()
    var body = ByteBuffer()
    var peer: Peer
    /// The node whose socket took it.
    var node: String

    /// The target without its query.
    var path: Substring { target.prefix { $0 != "?" } }
}

/// A whole answer; the connection adds `Content-Length`, `Date` and what HTTP/1.0 needs.
struct HTTPAnswer {
    var status: HTTPResponseStatus
    var headers: HTTPHeaders
    var body: Body
    /// The TTL of the packets that carry it, where that matters.
    var timeToLive: Int32?

    enum Body {
        case bytes(ByteBuffer)
        /// More than should be in memory at once; the size is known.
        case stream(any ByteSource)
    }

    init(_ status: HTTPResponseStatus, headers: HTTPHeaders = [:], body: Body, timeToLive: Int32? = nil) {
        self.status = status
        self.headers = headers
        self.body = body
        self.timeToLive = timeToLive
    }

    /// A short text.
    init(_ status: HTTPResponseStatus, headers: HTTPHeaders = [:], text: String, type: String = "text/plain") {
        self.init(status, headers: headers, body: .bytes(ByteBuffer(string: text)))
        if !text.isEmpty { self.headers.replaceOrAdd(name: "Content-Type", value: type) }
    }

    var count: Int {
        switch body {
        case .bytes(let buffer): buffer.readableBytes
        case .stream(let source): source.count
        }
    }
}

/// The bytes of a long body, a piece at a time.
protocol ByteSource: AnyObject {
    /// All of them.
    var count: Int { get }
    /// The next piece; `nil` after the last. Throws if what it promised is not there any more.
    func next() throws -> ByteBuffer?
}

/// The same 64 KiB over and over; what `/bytes/N` sends.
final class PatternSource: ByteSource {
    private static let block = ByteBuffer(bytes: (0..<65_536).map { UInt8(truncatingIfNeeded: $0) })

    let count: Int
    private var left: Int

    init(count: Int) {
        self.count = count
        left = count
    }

    func next() -> ByteBuffer? {
        guard left > 0, let piece = Self.block.getSlice(at: 0, length: min(left, Self.block.readableBytes)) else {
            return nil
        }
        left -= piece.readableBytes
        return piece
    }
}
