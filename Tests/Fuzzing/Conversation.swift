#if DEBUG
    import FoundationEssentials
    import Glibc
    @testable import LabServices
    import LinuxSystem
    import NIOCore
    import NIOEmbedded
    import NIOHTTP1

    /// One connection to a site, without a network: what was sent, what came back, what was logged.
    struct Conversation {
        private(set) var output: [UInt8] = []
        private let log: [UInt8]

        init(with site: any HTTPSite, _ bytes: [UInt8]) throws {
            var received: [UInt8] = []
            log = try Self.logging { log in
                let channel = EmbeddedChannel()
                let capacity = Capacity(connections: 1, bytes: 1 << 20)
                try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                    withEncoderConfiguration: .init(), withDecoderLimitConfiguration: RunningServer.headerLimits)
                try channel.pipeline.syncOperations.addHandler(
                    HTTPConnection(site: site, node: "node", log: log, capacity: capacity))
                try channel.connect(to: SocketAddress(ipAddress: "10.0.1.10", port: 40_000)).wait()
                let half = bytes.count / 2
                for piece in [bytes[..<half], bytes[half...]] {
                    // What it throws it has also acted upon: it hung up.
                    _ = try? channel.writeInbound(ByteBuffer(bytes: piece))
                    channel.embeddedEventLoop.run()
                }
                channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
                while let piece = try channel.readOutbound(as: IOData.self) {
                    if case .byteBuffer(let buffer) = piece { received += buffer.readableBytesView }
                }
                _ = try? channel.finish(acceptAlreadyClosed: true)
                try promise(capacity.reserve(bytes: 1 << 20), "the connection kept memory of its requests")
            }
            output = received
        }

        /// How many bytes a datagram is answered with.
        static func datagram(_ bytes: [UInt8]) throws -> Int? {
            var count: Int?
            _ = try logging { log in
                let channel = EmbeddedChannel(handler: UDPEcho(node: "node", log: log))
                let peer = try SocketAddress(ipAddress: "10.0.1.10", port: 40_000)
                try channel.writeInbound(AddressedEnvelope(remoteAddress: peer, data: ByteBuffer(bytes: bytes)))
                count = try channel.readOutbound(as: AddressedEnvelope<ByteBuffer>.self)?.data.readableBytes
                _ = try? channel.finish(acceptAlreadyClosed: true)
            }
            return count
        }

        /// Runs `body` with a log of its own; what was written into it.
        private static func logging(_ body: (AccessLog) throws -> Void) throws -> [UInt8] {
            var template = Array("/tmp/netlab-fuzz-log.XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else { throw Finding("no temporary folder: errno \(errno)") }
            let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            defer { try? Files.removeTree(folder) }
            try body(try AccessLog(folder: folder))
            return try OwnedDescriptor(opening: AccessLog.path(in: folder), O_RDONLY).readAll()
        }

        var statuses: [String] {
            String(decoding: output, as: UTF8.self).split(separator: "\r\n").filter { $0.hasPrefix("HTTP/1.") }.map {
                String($0.prefix(12))
            }
        }

        /// A client cannot forge a line of the log, nor spoil one.
        func expectHonestLog() throws {
            for line in log.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast() {
                let record = try? JSONDecoder().decode(AccessRecord.self, from: Data(line))
                try promise(
                    record?.peer == "10.0.1.10:40000" && record?.node == "node",
                    "a line of the log: \(String(decoding: line, as: UTF8.self))")
            }
        }

        /// The folder's one file, or parts of it, is all that was ever sent with success.
        func expectOnly(_ folder: String) throws {
            let text = String(decoding: output, as: UTF8.self)
            guard text.contains("HTTP/1.1 20") else { return }
            // The files beside it have this line, and nothing else here has.
            try promise(!text.contains("root:") && !text.contains("lab: bad"), "a file from outside \(folder)")
        }
    }
#endif
