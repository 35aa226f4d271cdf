import NIOCore

/// Tells a TCP client which source address it came from; the client closes, or the time runs out.
final class TCPGreeter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let node: String
    private let log: AccessLog
    private let patience: TimeAmount
    private var deadline: Scheduled<Void>?

    init(node: String, log: AccessLog, patience: TimeAmount = .seconds(60)) {
        self.node = node
        self.log = log
        self.patience = patience
    }

    func channelActive(context: ChannelHandlerContext) {
        // A peer that is gone already has no address; there is nobody left to greet.
        guard let peer = Peer(context.remoteAddress) else { return context.close(promise: nil) }
        let greeting = "netlab \(node) seen-from \(peer)\n"
        log.write(
            AccessRecord(
                time: AccessRecord.now(), node: node, service: .tcp, peer: peer.description,
                bytes: greeting.utf8.count))
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: patience) { context.close(promise: nil) }
        context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(string: greeting)), promise: nil)
    }

    /// What the client says is read, so that its end is seen, and thrown away.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
