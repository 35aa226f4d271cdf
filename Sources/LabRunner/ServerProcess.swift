import CNetlabShims
import FoundationEssentials
import Glibc
import LabServices
import LinuxSystem
import LoadBalancing
import Rootless
import Synchronization

/// The background process of a lab, from the side of the command that starts it.
///
/// It is pid 1 of a pid namespace of its own: when it goes, by whatever cause, the kernel takes every program it
/// started with it. It starts while the namespaces are made and gets sockets and plan on standard input once there are
/// any; if we die before the plan is whole, it ends by itself, so there is no moment at which it could be left over
/// unrecorded.
final class ServerProcess: Sendable {
    /// `nil` once the network is up.
    private let planInput: Mutex<SharedDescriptor?>
    private let state: StateFolder
    private let readiness: SharedDescriptor

    /// Starts it, and writes it down in the state folder.
    ///
    /// It also inherits the lab's lock and lets go of it once it has its plan: should we die before it is written
    /// down, whoever cleans up after us waits until it has ended by itself.
    init(program: String, state: StateFolder, lock: Int32) throws {
        self.state = state
        let orders = try SocketPair()
        let answers = try Pipe()
        let log = try OwnedDescriptor(opening: state.serverLog, O_WRONLY | O_CREAT | O_APPEND)
        // Without root it ends with the keeper of its namespaces.
        let keeper = Keeper.line.map(\.raw)
        let process = try onThrowawayThread("netlab-spawn") {
            // From here on children of this thread (and of no other) are born into a new pid namespace.
            try systemCall("unshare CLONE_NEWPID") { cnl_unshare(cnl_clone_newpid) }
            return try ChildProcess.spawn(
                [program, "__serve", state.name, "--readiness", "\(answers.input.raw)", "--lock", "\(lock)"]
                    + (keeper.map { ["--keeper", "\($0)"] } ?? []),
                standard: (orders.theirs.raw, log.raw, log.raw),
                inherit: [answers.input.raw, lock] + (keeper.map { [$0] } ?? []),
                newSession: true)
        }
        planInput = Mutex(orders.ours)
        readiness = answers.output
        do {
            try Self.record(process, in: state)
        } catch {
            // Nobody would find it later, and without its plan it would only end in its own time.
            process.kill()
            throw error
        }
    }

    private static func record(_ process: ChildProcess, in state: StateFolder) throws {
        guard let handle = try ProcessHandle(pid: process.pid) else {
            throw LabRunnerError(.system, "the lab's background process ended at once: \(lastWords(state))")
        }
        try Files.write("\(handle)\n", to: state.server)
    }

    /// The end of its log, for the folder will be gone when the message is read.
    private static func lastWords(_ state: StateFolder) -> String {
        let lines = ((try? Files.read(state.serverLog, limit: 1 << 16)) ?? "").split(separator: "\n")
        return lines.isEmpty ? "it left no word" : lines.suffix(3).joined(separator: "; ")
    }

    /// Gives it its sockets and its plan, in which a socket's descriptor is its place among them.
    func send(_ plan: ServicePlan, sockets: [Int32]) throws {
        guard let input = planInput.withLock({ $0 }) else { return }
        let json = Array(try JSONEncoder().encode(plan))
        do {
            try input.descriptor.send(PlanHeader(planBytes: json.count, sockets: sockets.count).bytes)
            try input.descriptor.send(descriptors: sockets)
            try input.descriptor.send(json)
        } catch {
            // It is gone; reading its readiness tells why.
            if error.errno != EPIPE && error.errno != ECONNRESET { throw error }
        }
    }

    /// The end of the stream tells it that addresses can be bound.
    func networkIsUp() {
        let input = planInput.withLock { $0.take() }
        withExtendedLifetime(input) {}
    }

    /// Waits until everything answers, at most ten seconds.
    func waitUntilReady() throws {
        let line = try readLine(deadline: .now + .seconds(10))
        guard line == "ready" else {
            let reason = line.isEmpty ? Self.lastWords(state) : line
            throw LabRunnerError(.system, "the lab's services did not start: \(reason)")
        }
    }

    private func readLine(deadline: ContinuousClock.Instant) throws -> String {
        var bytes: [UInt8] = []
        while !bytes.contains(UInt8(ascii: "\n")) {
            try Interruption.check()
            guard ContinuousClock.now < deadline else {
                throw LabRunnerError(.system, "the lab's services were not ready within 10 seconds")
            }
            var waiting = pollfd(fd: readiness.raw, events: Int16(POLLIN), revents: 0)
            // Short, so that Ctrl-C is seen; the event itself ends the wait at once.
            guard poll(&waiting, 1, 100) > 0 else { continue }
            var chunk = [UInt8](repeating: 0, count: 4096)
            let count = try systemCall("read") { read(readiness.raw, &chunk, chunk.count) }
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}

/// The other side: what `netlab __serve` does.
public enum ServerMain {
    /// Reads the plan from standard input and serves it until told to end.
    public static func run(readiness: Int32, lock: Int32, keeper: Int32?) throws {
        if let keeper { try Lifeline.hold(keeper) }
        let lock = OwnedDescriptor(owning: lock)
        let input = OwnedDescriptor(owning: dup(STDIN_FILENO))
        LabServer.raiseDescriptorLimit()
        guard let header = PlanHeader(try input.readExactly(PlanHeader.size)) else { return }
        let sockets = try input.receiveDescriptors(count: header.sockets)
        let json = try input.readExactly(header.planBytes)
        guard sockets.count == header.sockets, json.count == header.planBytes else { return }
        var plan = try JSONDecoder().decode(ServicePlan.self, from: Data(json))
        for index in plan.sockets.indices {
            plan.sockets[index].descriptor = sockets[Int(plan.sockets[index].descriptor)]
        }
        close(lock.release())
        // Should the command be gone instead, the addresses are missing, and the programs that need them say so.
        try LabServer.serve(
            plan, readiness: readiness, awaiting: { _ = try? input.readExactly(1) },
            companions: { plan.balancers.isEmpty ? [] : [BalancerKeeper(plan, programs: $0)] })
    }
}

/// What comes first: how much will come, so that a plan cut short is known as such.
private struct PlanHeader {
    let planBytes: Int
    let sockets: Int

    static let size = 16

    init(planBytes: Int, sockets: Int) {
        self.planBytes = planBytes
        self.sockets = sockets
    }

    /// `nil` when they are cut short.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.size else { return nil }
        planBytes = Int(bytes.withUnsafeBytes { $0.loadUnaligned(as: Int64.self) })
        sockets = Int(bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 8, as: Int64.self) })
    }

    /// Two numbers in the machine's own order.
    var bytes: [UInt8] {
        [Int64(planBytes), Int64(sockets)].withUnsafeBytes { Array($0) }
    }
}
