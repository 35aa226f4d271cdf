import Glibc
import NIOCore
import NIOHTTP1

/// One HTTP/1.1 connection: collects a request within bounds, asks the site, sends the answer as fast as it is taken.
///
/// Stands behind NIO's pipelining handler, so it sees one request at a time.
final class HTTPConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// Beyond its site's limit a body is read and dropped, so that the client hears why; beyond this we hang up.
    private static let patience = 16 << 20

    private let site: any HTTPSite
    private let node: String
    private let log: AccessLog
    private let capacity: Capacity

    private var peer: Peer?
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()
    private var dropped = 0
    private var reserved = 0
    private var refused: HTTPResponseStatus?
    private var source: (any ByteSource)?
    private var isPumping = false
    private var keepAlive = true
    private var hasLimitedTimeToLive = false

    init(site: any HTTPSite, node: String, log: AccessLog, capacity: Capacity) {
        self.site = site
        self.node = node
        self.log = log
        self.capacity = capacity
    }

    func channelActive(context: ChannelHandlerContext) {
        peer = Peer(context.remoteAddress)
        if peer == nil { context.close(promise: nil) }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch Self.unwrapInboundIn(data) {
        case .head(let head): begin(head, context)
        case .body(let piece): collect(piece, context)
        case .end: finish(context)
        }
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        self.head = head
        keepAlive = head.isKeepAlive
        let announced = head.headers.first(name: "Content-Length").flatMap(Int.init) ?? 0
        let expectsGoAhead = head.headers.first(name: "Expect")?.lowercased() == "100-continue"
        if announced > site.bodyLimit { refused = .payloadTooLarge }
        guard expectsGoAhead else { return }
        if refused == nil {
            context.writeAndFlush(
                Self.wrapOutboundOut(.head(.init(version: .http1_1, status: .continue))), promise: nil)
        } else {
            // It waits for our word before it sends the body; this is the word.
            keepAlive = false
            finish(context)
        }
    }

    private func collect(_ piece: ByteBuffer, _ context: ChannelHandlerContext) {
        guard head != nil else { return }
        if refused == nil, body.readableBytes + piece.readableBytes > site.bodyLimit { refused = .payloadTooLarge }
        if refused == nil, !capacity.reserve(bytes: piece.readableBytes) { refused = .serviceUnavailable }
        guard refused == nil else {
            dropped += piece.readableBytes
            if dropped > Self.patience {
                keepAlive = false
                finish(context)
            }
            return
        }
        reserved += piece.readableBytes
        body.writeImmutableBuffer(piece)
    }

    private func finish(_ context: ChannelHandlerContext) {
        guard let head, let peer else { return }
        let answer: HTTPAnswer
        if let refused {
            answer = HTTPAnswer(refused, text: "\(refused.reasonPhrase)\n")
        } else {
            answer = site.answer(
                HTTPRequest(
                    method: head.method, target: head.uri, headers: head.headers, body: body, peer: peer, node: node))
        }
        forgetRequest()
        log.write(
            AccessRecord(
                time: AccessRecord.now(), node: node, service: site.kind, peer: peer.description,
                method: head.method.rawValue, path: head.uri, status: Int(answer.status.code), bytes: answer.count))
        send(answer, to: head, context)
    }

    private func send(_ answer: HTTPAnswer, to head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        limitTimeToLive(answer.timeToLive, context)
        var headers = answer.headers
        headers.add(name: "Date", value: HTTPDate.now().description)
        if answer.status != .notModified { headers.add(name: "Content-Length", value: String(answer.count)) }
        if !keepAlive {
            headers.add(name: "Connection", value: "close")
        } else if head.version.minor == 0 {
            headers.add(name: "Connection", value: "keep-alive")
        }
        let answerHead = HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers)
        context.write(Self.wrapOutboundOut(.head(answerHead)), promise: nil)
        if head.method == .HEAD || answer.count == 0 { return end(context) }
        switch answer.body {
        case .bytes(let buffer):
            context.write(Self.wrapOutboundOut(.body(.byteBuffer(buffer))), promise: nil)
            end(context)
        case .stream(let source):
            self.source = source
            pump(context)
        }
    }

    /// Writes pieces while the client takes them; `channelWritabilityChanged` comes back here.
    private func pump(_ context: ChannelHandlerContext) {
        // A flush below can change the writability and so call us again from within.
        guard let source, !isPumping else { return }
        isPumping = true
        defer { isPumping = false }
        do {
            while context.channel.isWritable {
                guard let piece = try source.next() else {
                    self.source = nil
                    return end(context)
                }
                context.writeAndFlush(Self.wrapOutboundOut(.body(.byteBuffer(piece))), promise: nil)
            }
        } catch {
            // The length is promised already; only a broken connection can tell the client.
            self.source = nil
            context.close(promise: nil)
        }
    }

    private func end(_ context: ChannelHandlerContext) {
        guard !keepAlive else {
            return context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil)
        }
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { _ in
            context.close(promise: nil)
        }
    }

    private func limitTimeToLive(_ limit: Int32?, _ context: ChannelHandlerContext) {
        guard limit != nil || hasLimitedTimeToLive else { return }
        hasLimitedTimeToLive = limit != nil
        // -1 is Linux for "as the route says".
        let option = ChannelOptions.Types.SocketOption(level: .ip, name: .init(rawValue: IP_TTL))
        try? context.channel.syncOptions?.setOption(option, value: .init(limit ?? -1))
    }

    private func forgetRequest() {
        head = nil
        body = ByteBuffer()
        capacity.release(bytes: reserved)
        reserved = 0
        dropped = 0
        refused = nil
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        pump(context)
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The pipelining handler holds the client's end back until everything asked before it is answered.
        if event is IdleStateHandler.IdleStateEvent || event as? ChannelEvent == .inputClosed {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        source = nil
        forgetRequest()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // NIO's error handler, in front of us, has told the client 400 already.
        if error is HTTPParserError, let peer {
            log.write(
                AccessRecord(
                    time: AccessRecord.now(), node: node, service: site.kind, peer: peer.description, status: 400,
                    bytes: 0))
        }
        context.close(promise: nil)
    }
}
