import NIOCore

/// Sends each datagram back, headed by the source address it came from.
final class UDPEcho: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    /// The most a UDP datagram over IPv4 can carry.
    static let largestDatagram = 65_507

    private let node: String
    private let log: AccessLog

    init(node: String, log: AccessLog) {
        self.node = node
        self.log = log
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = Self.unwrapInboundIn(data)
        guard let peer = Peer(envelope.remoteAddress), !isAnswer(envelope.data) else { return }
        var answer = ByteBuffer(string: "netlab \(node) seen-from \(peer)\n")
        let room = Self.largestDatagram - answer.readableBytes
        answer.writeImmutableBuffer(
            envelope.data.getSlice(
                at: envelope.data.readerIndex, length: min(room, envelope.data.readableBytes)) ?? ByteBuffer())
        log.write(
            AccessRecord(
                time: AccessRecord.now(), node: node, service: .udp, peer: peer.description,
                bytes: answer.readableBytes))
        // Answer from the address that was asked; the route picks the interface.
        let source = envelope.metadata?.packetInfo.map {
            NIOPacketInfo(destinationAddress: $0.destinationAddress, interfaceIndex: 0)
        }
        let reply = AddressedEnvelope(
            remoteAddress: envelope.remoteAddress, data: answer,
            metadata: source.map { .init(ecnState: .transportNotCapable, packetInfo: $0) })
        context.write(Self.wrapOutboundOut(reply), promise: nil)
    }

    func channelReadComplete(context: ChannelHandlerContext) { context.flush() }

    /// ICMP errors of earlier answers surface here; the socket stays.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {}

    /// Two echo servers, one forged datagram: without this they would answer each other for ever.
    private func isAnswer(_ datagram: ByteBuffer) -> Bool {
        datagram.readableBytesView.starts(with: "netlab ".utf8)
            && datagram.getString(at: datagram.readerIndex, length: min(256, datagram.readableBytes))?
                .contains(" seen-from ") == true
    }
}
