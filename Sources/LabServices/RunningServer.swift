import Glibc
import LinuxSystem
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// The services of one lab while they run. One thread starts and stops it.
final class RunningServer {
    private let group: MultiThreadedEventLoopGroup
    private(set) var programs: [RunningProgram] = []
    /// For companions, which run on threads of their own.
    let signals = LivingPrograms()

    /// Starts everything in a plan, all at once, and returns when all of it answers. On failure nothing stays.
    ///
    /// Must be called from a thread at home, never from one inside a namespace: the event loops are its children.
    init(
        _ plan: ServicePlan, capacity: Capacity = Capacity(), patience: Duration = .seconds(60),
        awaiting network: () -> Void = {}
    ) throws {
        // Two threads are enough for a lab and leave the rest of a small machine to the probes.
        group = MultiThreadedEventLoopGroup(numberOfThreads: min(2, System.coreCount))
        do {
            for socket in plan.sockets {
                // Before the first child: a program that inherited a socket would keep its port after we are gone.
                guard fcntl(socket.descriptor, F_SETFD, FD_CLOEXEC) == 0 else {
                    throw LabServicesError.unusableSocket(
                        node: socket.node, kind: socket.kind, reason: "descriptor \(socket.descriptor) is not open")
                }
            }
            // Sockets first: they were made before the addresses that the programs need.
            try adopt(plan, capacity, TimeAmount(patience))
            network()
            for program in plan.programs {
                let running = try RunningProgram(program, stateFolder: plan.stateFolder)
                programs.append(running)
                signals.add(program.name, running.process)
            }
            let deadline = ContinuousClock.now + .seconds(8)
            for index in programs.indices { try programs[index].waitUntilReady(until: deadline) }
        } catch {
            stop()
            throw error
        }
    }

    private func adopt(_ plan: ServicePlan, _ capacity: Capacity, _ patience: TimeAmount) throws {
        let log = try AccessLog(folder: plan.stateFolder)
        let sites = try Sites(plan)
        let adopted = try plan.sockets.map { socket in
            (socket, try adopt(socket, sites, log, capacity, patience))
        }
        for (socket, future) in adopted {
            do {
                _ = try future.wait()
            } catch {
                throw LabServicesError.unusableSocket(node: socket.node, kind: socket.kind, reason: "\(error)")
            }
            if socket.kind != .udp {
                // NIO listens again, with a backlog of 128.
                try systemCall("listen", socket.node) { listen(socket.descriptor, ListeningSocket.backlog) }
            }
        }
    }

    private func adopt(
        _ socket: AdoptedSocket, _ sites: Sites, _ log: AccessLog, _ capacity: Capacity, _ patience: TimeAmount
    ) throws -> EventLoopFuture<any Channel> {
        let node = socket.node
        switch socket.kind {
        case .udp:
            return DatagramBootstrap(group: group)
                // The default of 2048 bytes would cut longer datagrams.
                .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 65_536))
                .channelOption(.receivePacketInfo, value: true)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(UDPEcho(node: node, log: log))
                    }
                }
                .withBoundSocket(socket.descriptor)
        case .tcp:
            return stream(socket, capacity) { pipeline in
                try pipeline.addHandler(TCPGreeter(node: node, log: log, patience: patience))
            }
        case .http, .apt, .metadata:
            let site = try sites.site(for: socket)
            return stream(socket, capacity) { pipeline in
                try pipeline.addHandler(IdleStateHandler(allTimeout: patience))
                try pipeline.configureHTTPServerPipeline(
                    withEncoderConfiguration: .init(), withDecoderLimitConfiguration: Self.headerLimits)
                try pipeline.addHandler(HTTPConnection(site: site, node: node, log: log, capacity: capacity))
            }
        }
    }

    static let headerLimits: NIOHTTPDecoderLimitConfiguration = {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 16 << 10
        limits.maxHeaderListSize = 32 << 10
        limits.maxHeaderFieldCount = 100
        return limits
    }()

    private func stream(
        _ socket: AdoptedSocket, _ capacity: Capacity,
        _ handlers: @escaping @Sendable (ChannelPipeline.SynchronousOperations) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        ServerBootstrap(group: group)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    // Out of descriptors: wait a moment, do not spin.
                    try channel.pipeline.syncOperations.addHandler(AcceptBackoffHandler())
                }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: socket.kind != .tcp)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard capacity.admitConnection() else { throw TooManyConnections() }
                    channel.closeFuture.whenComplete { _ in capacity.connectionEnded() }
                    try handlers(channel.pipeline.syncOperations)
                }
            }
            .withBoundSocket(socket.descriptor)
    }

    /// Notes that a child ended; the name of the program it was.
    func childEnded(_ process: pid_t, _ word: Int32) -> String? {
        guard let index = programs.firstIndex(where: { $0.process == process }) else { return nil }
        signals.remove(programs[index].program.name)
        programs[index].ended(word)
        return programs[index].program.name
    }

    /// Ends programs, connections and threads; closes the adopted sockets.
    func stop() {
        for program in programs { program.signal(SIGTERM) }
        try? group.syncShutdownGracefully()
        let deadline = ContinuousClock.now + .milliseconds(500)
        for index in programs.indices {
            while !programs[index].collect() {
                if ContinuousClock.now > deadline { programs[index].signal(SIGKILL) }
                usleep(500)
            }
        }
    }
}

private struct TooManyConnections: Error {}

/// The processes of programs that nobody has waited for yet.
final class LivingPrograms: ProgramSignals {
    private let processes = Mutex<[String: pid_t]>([:])

    func add(_ name: String, _ process: pid_t) { processes.withLock { $0[name] = process } }
    func remove(_ name: String) { processes.withLock { $0[name] = nil } }

    func signal(_ program: String, _ number: Int32) {
        // Under the lock: its number is its own until `remove` lets the waiter go on.
        processes.withLock { if let process = $0[program] { _ = kill(process, number) } }
    }
}

/// The HTTP sites of a plan; all sockets of one kind (and VPC) share one.
private struct Sites {
    private let echo = EchoSite()
    private let repository: RepositorySite?
    private let aptRoot: String?
    private let metadata: [String: MetadataSite]

    init(_ plan: ServicePlan) throws {
        aptRoot = plan.aptRoot
        repository = plan.aptRoot.flatMap(RepositorySite.init(root:))
        metadata = Dictionary(grouping: plan.metadata, by: \.vpc).mapValues { MetadataSite($0) }
    }

    func site(for socket: AdoptedSocket) throws(LabServicesError) -> any HTTPSite {
        switch socket.kind {
        case .apt:
            guard let repository else { throw .noRepository(node: socket.node, folder: aptRoot) }
            return repository
        case .metadata:
            return metadata[socket.vpc ?? socket.node] ?? MetadataSite([])
        case .http, .tcp, .udp:
            return echo
        }
    }
}
