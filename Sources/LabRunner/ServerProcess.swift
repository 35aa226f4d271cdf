import CNetlabShims
import FoundationEssentials
import Glibc
import LabServices
import LinuxSystem
import LoadBalancing
import Rootless

/// The background process of a lab, from the side of the command that starts it.
///
/// It is pid 1 of a pid namespace of its own: when it goes, by whatever cause, the kernel takes every program it
/// started with it. It gets its plan on standard input; if we die before the plan is whole, it ends by itself, so
/// there is no moment at which it could be left over unrecorded.
final class ServerProcess {
    private var planInput: SharedDescriptor?
    private let readiness: SharedDescriptor

    /// Starts it with the sockets it will adopt, and writes it down in the state folder.
    ///
    /// It also inherits the lab's lock and lets go of it once it has its plan: should we die before it is written
    /// down, whoever cleans up after us waits until it has ended by itself.
    init(program: String, state: StateFolder, sockets: [Int32], lock: Int32) throws {
        let orders = try Pipe()
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
                standard: (orders.output.raw, log.raw, log.raw),
                inherit: sockets + [answers.input.raw, lock] + (keeper.map { [$0] } ?? []),
                newSession: true)
        }
        planInput = orders.input
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

    /// Gives it its plan and waits until everything answers, at most ten seconds.
    func start(_ plan: ServicePlan, state: StateFolder) throws {
        let json = try JSONEncoder().encode(plan)
        try writePlan(Array(json))
        let line = try readLine(deadline: .now + .seconds(10))
        guard line == "ready" else {
            let reason = line.isEmpty ? Self.lastWords(state) : line
            throw LabRunnerError(.system, "the lab's services did not start: \(reason)")
        }
    }

    /// The length first, so that a plan cut short is known as such.
    private func writePlan(_ json: [UInt8]) throws {
        let length = withUnsafeBytes(of: UInt64(json.count)) { Array($0) }
        defer { planInput = nil }  // the end of the file is the end of the plan
        do {
            try planInput?.descriptor.write(length + json)
        } catch {
            // It is gone; reading its readiness tells why.
            if error.errno != EPIPE { throw error }
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
        let bytes = try input.readAll()
        guard bytes.count >= 8 else { return }
        let length = bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
        guard UInt64(bytes.count - 8) == length else { return }
        let plan = try JSONDecoder().decode(ServicePlan.self, from: Data(bytes[8...]))
        close(lock.release())
        try LabServer.serve(plan, readiness: readiness) { programs in
            plan.balancers.isEmpty ? [] : [BalancerKeeper(plan, programs: programs)]
        }
    }
}
